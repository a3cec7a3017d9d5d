import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import { health, me, overview, workers } from '@/api/queries'
import { workersHistory } from '@/api/workers'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { Age } from '@/components/Time'
import { WorkerActions } from '@/features/actions/WorkerActions'
import { FirstRun } from '@/features/status/FirstRun'
import { useIsStale } from '@/features/status/stale'
import { workersAnswer } from '@/features/workers/answer'
import { groups, type Group, type GroupBy } from '@/features/workers/groups'
import { Trouble } from '@/features/workers/Trouble'
import { WorkerTable } from '@/features/workers/WorkerTable'
import { plural } from '@/lib/count'

import '@/features/workers/workers.css'

const route = getRouteApi('/workers')
const ways: { value: GroupBy; label: string }[] = [
  { value: 'group', label: 'By queues' },
  { value: 'host', label: 'By host' },
  { value: 'flat', label: 'Flat' },
]

export function WorkersRoute() {
  const { by = 'group', all } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(workers)
  const history = useQuery(workersHistory)
  const self = useQuery(health)
  const figures = useQuery(overview)
  const stale = useIsStale()
  const saturation = useMemo(() => new Map(history.data?.items.map(({ name, busy }) => [name, busy])), [history.data])
  const user = useQuery(me)
  const online = (data?.items ?? []).filter(({ state }) => state === 'online').map(({ name }) => name)
  const answer = data ? workersAnswer(data) : null
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Workers, ${self.data?.cluster ?? 'Umbel'}`)

  if (error && !data) return <ErrorNote title="The workers did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  if (data?.items.length === 0 && figures.data?.tasks === 0 && self.data) return <FirstRun health={self.data} workers={data} />
  const hidden = data?.items.filter((worker) => worker.hidden).length ?? 0
  const shown = data?.items.filter((worker) => all === 'yes' || !worker.hidden) ?? []
  const wanted = ({ key }: Group) => (by === 'group' ? (data?.expected.find((one) => one.by === 'queue' && one.what === key)?.wanted ?? null) : null)
  const note = stale ? 'as they were when Umbel last heard them' : data?.asked_at ? <>saturation over the last hour; asked <Age at={data.asked_at} /> ago</> : 'as their own heartbeats tell'
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Workers'} end={online.length > 1 && <WorkerActions workers={online} me={user.data} />}>
        {answer?.note ?? '\u00a0'}
      </Answer>
      {data && <Trouble items={data.items} expected={data.expected} />}
      <Section
        title="Workers"
        note={note}
        end={
          <span className="seg" role="group" aria-label="Grouping">
            {ways.map(({ value, label }) => (
              <button key={value} type="button" aria-pressed={by === value} onClick={() => void navigate({ search: (old) => ({ ...old, by: value === 'group' ? undefined : value }), replace: true })}>
                {label}
              </button>
            ))}
          </span>
        }
      >
        {data ? <WorkerTable groups={groups(shown, by)} saturation={saturation} wanted={wanted} /> : <div className="panel"><Bones widths={[82, 64, 74, 48]} /></div>}
        {hidden > 0 && (
          <p className="dim sm mt8">
            {all ? `${plural(hidden, 'worker')} here ${hidden === 1 ? 'is' : 'are'} offline for long.` : `${plural(hidden, 'worker')} that ${hidden === 1 ? 'is' : 'are'} offline for long ${hidden === 1 ? 'is' : 'are'} not listed.`}{' '}
            <button type="button" className="btn gh" onClick={() => void navigate({ search: (old) => ({ ...old, all: all ? undefined : 'yes' }), replace: true })}>
              {all ? 'Hide them' : 'List them'}
            </button>
          </p>
        )}
      </Section>
    </>
  )
}
