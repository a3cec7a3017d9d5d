import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { ApiError } from '@/api/client'
import { health, me } from '@/api/queries'
import { olderRuns, scheduleDetail } from '@/api/schedules'
import { ErrorNote } from '@/components/ErrorNote'
import { Glyph } from '@/components/Glyph'
import { Bones, Nil } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { Line } from '@/components/Text'
import { Time, Until } from '@/components/Time'
import { RunEntry } from '@/features/actions/RunEntry'
import { EntryFacts } from '@/features/schedules/EntryFacts'
import { History } from '@/features/schedules/History'
import { RunStrip } from '@/features/schedules/RunStrip'
import { look, standing, stripWords, whyIdle } from '@/features/schedules/words'
import { oneLine, sentenceOf } from '@/lib/text'

import '@/features/schedules/schedules.css'

const here = getRouteApi('/schedules/$id')

export function ScheduleRoute() {
  const { id } = here.useParams()
  const { data, error, refetch } = useQuery(scheduleDetail(id))
  const older = useInfiniteQuery(olderRuns(id, data?.next ?? null))
  const reader = useQuery(me)
  const self = useQuery(health)
  usePageTitle(`${data ? oneLine(data.entry.name, 60) : 'Schedule'}, ${self.data?.cluster ?? 'Umbel'}`)
  if (error instanceof ApiError && error.status === 404)
    return (
      <div className="panel">
        <Nil icon={<Glyph kind="unknown" />} title="There is no such entry" actions={<Link className="btn" to="/schedules">Schedule</Link>}>
          Entries that left every source stay under Gone. This one was never seen.
        </Nil>
      </div>
    )
  if (error && !data) return <ErrorNote title="The entry did not come" detail={`${error.message}. Nothing is lost.`} onRetry={() => void refetch()} />
  if (!data) return <div className="panel"><Bones widths={[70, 50, 60]} /></div>
  const { entry, history } = data
  const { trouble } = look(entry.verdict)
  const runs = [...history, ...(older.data?.pages.flatMap(({ items }) => items) ?? [])]
  const more = older.data ? older.hasNextPage : data.next !== null
  const glyph = entry.error ? 'critical' : entry.enabled && !entry.archived_at ? trouble : null
  return (
    <>
      <Answer glyph={glyph} title={<><Line text={entry.name} limit={120} />: {entry.error ? 'its expression is wrong' : entry.archived_at || !entry.enabled ? whyIdle(entry) : standing(entry)}</>} end={entry.archived_at ? undefined : <div className="btns"><RunEntry id={entry.id} name={entry.name} me={reader.data} /></div>}>
        <Line text={entry.error ? sentenceOf(`${entry.expression}: ${entry.error}`) : sentenceOf(entry.rule)} limit={300} />{' '}
        {entry.next_due_at ? <>Next <Time at={entry.next_due_at} />, <Until at={entry.next_due_at} />.</> : ''} {entry.last?.reason && <Line text={sentenceOf(entry.last.reason)} limit={300} />}{' '}
        {data.beat.state === 'silent' && <b>{sentenceOf(data.beat.text)}</b>}
        {entry.note && <> <Line text={sentenceOf(entry.note)} limit={300} /></>}
      </Answer>
      <div className="grid g-side mt16">
        <div>
          <Section title="Last 60 runs" note={stripWords(entry.runs)}>
            <RunStrip entry={entry.id} runs={entry.runs} />
          </Section>
          <Section title="History" note={data.gaps.length > 0 ? `Umbel was blind ${data.gaps.length === 1 ? 'once' : `${data.gaps.length} times`} meanwhile: ${oneLine(data.gaps[data.gaps.length - 1]?.reason ?? '', 120)}` : 'each run at the time that it was due'}>
            {runs.length > 0 ? <History runs={runs} /> : <div className="panel"><Nil icon={<Glyph kind="pending" />} title="No run was due yet">{entry.next_due_at ? 'The first one is judged when it is due.' : sentenceOf(whyIdle(entry))}</Nil></div>}
            {more && (
              <p className="mt8">
                <button type="button" className="btn" disabled={older.isFetching} onClick={() => void (older.data ? older.fetchNextPage() : older.refetch())}>
                  Show older runs
                </button>
              </p>
            )}
          </Section>
        </div>
        <aside aria-label="About this entry">
          <EntryFacts entry={entry} upcoming={data.upcoming} />
        </aside>
      </div>
    </>
  )
}
