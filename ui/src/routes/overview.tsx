import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'

import { attention as attentionQuery, gapsOf, nextRuns, series, taskTypes, totals } from '@/api/attention'
import type { Watch } from '@/api/live'
import { useLive, useLiveValue, useWatch } from '@/api/live-context'
import { health, listKey, overview, taskList, workers } from '@/api/queries'
import { queues as queuesQuery } from '@/api/queues'
import { defaultSort } from '@/api/types'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { RangePicker } from '@/components/range/RangePicker'
import { useRange } from '@/components/range/use-range'
import { Charts } from '@/features/overview/Charts'
import { Concerns } from '@/features/overview/Concerns'
import { restartMarks } from '@/features/overview/marks'
import { Next, NextRuns } from '@/features/overview/NextRuns'
import { Recent } from '@/features/overview/Recent'
import { Vitals } from '@/features/overview/Vitals'
import { headline } from '@/features/overview/words'
import { FirstRun } from '@/features/status/FirstRun'
import { worstFirst } from '@/features/types/order'
import { TypeTable } from '@/features/types/TypeTable'
import { whole } from '@/lib/count'
import { chosen, type Range, type RangeSearch } from '@/lib/range'
import { finishedIn, spanWords } from '@/lib/span'

import '@/features/overview/overview.css'

const route = getRouteApi('/')
const typesShown = 12
const tasksShown = 12

/** The newest tasks, live: they wait behind a count while they come faster than one reads. */
function RecentTasks() {
  const list = useInfiniteQuery(taskList('', defaultSort))
  const live = useLive()
  const fresh = useLiveValue(({ fresh: waiting }) => waiting)
  const seq = list.data?.pages[0]?.seq ?? null
  const [first, setFirst] = useState<number | null>(null)
  if (first === null && seq !== null) setFirst(seq)
  const watch = useMemo<Watch | null>(() => (first === null ? null : { search: '', after: first, key: listKey('', defaultSort) }), [first])
  useWatch(watch)
  const rows = list.data?.pages[0]?.items.slice(0, tasksShown) ?? []
  return (
    <Section
      title="Recent tasks"
      note="newest first"
      end={
        <>
          {fresh.rows.size > 0 && (
            <button type="button" className="newb" onClick={() => void live.showNew()}>
              +{whole(fresh.rows.size)}
              {fresh.partial && ' and more'} new
            </button>
          )}
          <Link className="link sm" to="/tasks">
            All tasks
          </Link>
        </>
      }
    >
      {list.data ? <Recent rows={rows} /> : <div className="panel"><Bones widths={[70, 82, 60]} /></div>}
    </Section>
  )
}

function Types({ range }: { range: Range }) {
  const { data } = useQuery(taskTypes(range, 2_000))
  const rows = useMemo(() => worstFirst(data?.items ?? []).slice(0, typesShown), [data])
  return (
    <Section
      title="Task types"
      note={`${spanWords(range)}, worst first`}
      end={
        <Link className="link sm" to="/task-types" search={(old: RangeSearch) => old}>
          {data ? `All ${whole(data.items.length)}${data.cut ? ' and more' : ''}` : 'All'}
        </Link>
      }
    >
      {data ? <TypeTable rows={rows} within={finishedIn(range)} label="Task types, worst first" /> : <div className="panel"><Bones widths={[70, 82, 60]} /></div>}
    </Section>
  )
}

/** The last hour, on which the answer stands, whatever span is shown. */
function useHour(range: Range) {
  const last = useRange({ range: '1h' })
  const until = range.live ? range.until : last.until
  return useQuery(totals({ since: until - 3600, until, live: true, label: null })).data?.items[0]
}

/** Is all well, what is not, and the figures of a span as evidence. */
export function OverviewRoute() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const held = useLiveValue((live) => live.paused)
  const range = useRange(search, { held })
  const judged = useQuery(attentionQuery)
  const figures = useQuery(overview)
  const crew = useQuery(workers)
  const self = useQuery(health)
  const queues = useQuery({ ...queuesQuery, refetchInterval: 10_000 })
  const due = useQuery(nextRuns)
  const sums = useQuery(totals(range))
  const lines = useQuery(series(range))
  const missed = useQuery(gapsOf(range))
  const hour = useHour(range)
  const answer = judged.data ? headline(judged.data, hour) : null
  const marks = useMemo(() => restartMarks(crew.data?.items ?? [], range.since, range.until), [crew.data, range.since, range.until])
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Overview, ${self.data?.cluster ?? 'Umbel'}`)
  const go = (to: RangeSearch): void => void navigate({ search: to })

  if (judged.error && !judged.data) return <ErrorNote title="The overview did not come" detail={`${judged.error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void judged.refetch()} />
  if (figures.data?.tasks === 0 && self.data && crew.data) return <FirstRun health={self.data} workers={crew.data} />
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Overview'} end={<RangePicker search={search} range={range} onChange={go} />}>
        {answer?.note ?? '\u00a0'} {due.data?.items[0]?.next_due_at && <Next entry={due.data.items[0].name} at={due.data.items[0].next_due_at} />}
      </Answer>
      {judged.data && <Concerns attention={judged.data} />}
      <Vitals range={range} sum={sums.data ? (sums.data.items[0] ?? nothing) : undefined} attention={judged.data} overview={figures.data} workers={crew.data} queues={queues.data} health={self.data} />
      {lines.data ? <Charts series={lines.data} range={range} gaps={missed.data} marks={marks} queues={queues.data} onSelect={(since, until) => go(chosen(since, until))} onReset={() => go({})} /> : <div className="chart-room" />}
      {lines.error && !lines.data && <ErrorNote title="The figures did not come" detail={lines.error.message} onRetry={() => void lines.refetch()} />}
      <Types range={range} />
      {due.data && due.data.items.length > 0 && <NextRuns schedules={due.data} />}
      <RecentTasks />
    </>
  )
}

const none = { n: 0, mean_s: null, p50_s: null, p95_s: null, p99_s: null }
/** The figures of a span in which nothing happened. */
const nothing = { kind: 'total' as const, key: null, received: 0, started: 0, succeeded: 0, failed: 0, retried: 0, revoked: 0, rejected: 0, ended: 0, success_rate: null, wait: none, run: none }

