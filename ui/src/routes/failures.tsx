import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'

import { decisions, failure, failures, type Decision } from '@/api/failures'
import { useLiveValue } from '@/api/live-context'
import { health } from '@/api/queries'
import type { Failures } from '@/api/types'
import { ErrorNote } from '@/components/ErrorNote'
import { Glyph } from '@/components/Glyph'
import { Bones, Nil } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { GroupPanel } from '@/features/failures/GroupPanel'
import { Matrix } from '@/features/failures/Matrix'
import { failuresAnswer } from '@/features/failures/words'
import { whole } from '@/lib/count'
import { useKey } from '@/lib/keys'

import '@/features/failures/failures.css'

const here = getRouteApi('/failures')
const words: Record<Decision, string> = { open: 'Open', ignored: 'Ignored', resolved: 'Resolved' }

function Choice({ chosen, counts }: { chosen: Decision; counts: Failures['by_decision'] | undefined }) {
  const navigate = useNavigate()
  return (
    <span className="seg" role="group" aria-label="Which groups">
      {decisions.map((decision) => (
        <button key={decision} type="button" aria-pressed={decision === chosen} onClick={() => void navigate({ to: '/failures', search: decision === 'open' ? {} : { show: decision }, replace: true })}>
          {words[decision]} {counts && <span className="dim">{whole(counts[decision] ?? 0)}</span>}
        </button>
      ))}
    </span>
  )
}

function Nothing({ shown }: { shown: Decision }) {
  if (shown === 'open')
    return (
      <Nil icon={<Glyph kind="healthy" />} title="No group of failures is open">
        Failed tasks are grouped as they come, by exception, message and place. Those that failed before Umbel knew groups are found by state:failure.
      </Nil>
    )
  return (
    <Nil icon={<Glyph kind="unknown" />} title={`No group is ${shown}`}>
      {shown === 'ignored' ? 'A group that is ignored stays away from the open ones, however often it fails.' : 'A group that was resolved is open again when it fails once more.'}
    </Nil>
  )
}

/** The one that is picked, moved by j and k. */
function usePicked(data: Failures | undefined): string | null {
  const { group, show } = here.useSearch()
  const navigate = useNavigate()
  const picked = group ?? data?.items[0]?.id ?? null
  const move = (by: number) => {
    const items = data?.items ?? []
    const at = items.findIndex(({ id }) => id === picked)
    const next = items[Math.min(items.length - 1, Math.max(0, at + by))]
    if (next) void navigate({ to: '/failures', search: { ...(show ? { show } : {}), group: next.id }, replace: true, resetScroll: false })
  }
  useKey('next', () => move(1))
  useKey('previous', () => move(-1))
  useKey('open', () => {
    if (picked) void navigate({ to: '/failures/$id', params: { id: picked } })
  })
  return picked
}

export function FailuresRoute() {
  const { show: shown = 'open' } = here.useSearch()
  const paused = useLiveValue((live) => live.paused)
  const still = paused ? { refetchInterval: false as const } : {} // not widened to boolean
  const { data, error, refetch } = useQuery({ ...failures(shown), ...still, placeholderData: keepPreviousData })
  const open = useQuery({ ...failures('open'), ...still })
  const self = useQuery(health)
  const picked = usePicked(data)
  const detail = useQuery({ ...failure(picked ?? ''), ...still, enabled: picked !== null, placeholderData: keepPreviousData })
  const answer = data ? failuresAnswer(data, open.data) : null
  usePageTitle(`${answer && answer.urgent > 0 ? `(${answer.urgent}) ` : ''}Failures, ${self.data?.cluster ?? 'Umbel'}`)

  if (error && !data) return <ErrorNote title="The failures did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Failures'}>
        {answer?.note ?? '\u00a0'}
      </Answer>
      <section className="sec" style={{ marginTop: 16 }} aria-label="Groups">
        <div className="sec-h">
          <span className="note">Groups by exception, message and place. Redder means further above the usual rate.</span>
          <span className="end">
            <Choice chosen={shown} counts={data?.by_decision} />
          </span>
        </div>
        {!data ? <div className="panel"><Bones widths={[82, 64, 74, 48, 66]} /></div> : data.items.length === 0 ? <div className="panel"><Nothing shown={shown} /></div> : <Matrix data={data} picked={picked} show={shown === 'open' ? undefined : shown} />}
        {data?.cut && <p className="sm dim mt8">These are the first {whole(data.items.length)} groups; there are more.</p>}
      </section>
      {detail.data && data && data.items.length > 0 && <GroupPanel detail={detail.data} headed />}
    </>
  )
}
