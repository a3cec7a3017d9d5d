import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'

import { gapsOf, series, some, taskType } from '@/api/attention'
import { ApiError } from '@/api/client'
import { useLiveValue } from '@/api/live-context'
import { health } from '@/api/queries'
import { axisOf, gapsOn, outcomes, percentiles, sum } from '@/components/chart/outcomes'
import { stepName } from '@/components/chart/ticks'
import { TimeChart } from '@/components/chart/TimeChart'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones, Nil } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { RangePicker } from '@/components/range/RangePicker'
import { useRange } from '@/components/range/use-range'
import { Line } from '@/components/Text'
import { Arguments } from '@/features/types/Arguments'
import { Compared, type Shift } from '@/features/types/Compared'
import { LatestFailures, Running, Slowest } from '@/features/types/Lists'
import { Facts, Limits } from '@/features/types/Side'
import { typeAnswer } from '@/features/types/words'
import { whole } from '@/lib/count'
import { finishedIn, spanWords } from '@/lib/span'
import { duration } from '@/lib/duration'
import { chosen, type Range, type RangeSearch } from '@/lib/range'
import { quote } from '@/lib/search-text'
import { Shapes } from 'lucide-react'

import '@/features/types/types.css'

const route = getRouteApi('/task-types/$name')
const listed = 8
const back: Record<Shift, (range: Range) => number> = { before: ({ since, until }) => until - since, day: () => 86_400, week: () => 604_800 }

const earlier = (range: Range, shift: Shift): Range => ({ since: range.since - back[shift](range), until: range.until - back[shift](range), live: false, label: null })

function TypeCharts({ name, range, avg, go, children }: { name: string; range: Range; avg: { warning: number | null; critical: number | null } | undefined; go: (to: RangeSearch) => void; children: ReactNode }) {
  const lines = useQuery(series(range, name))
  const missed = useQuery(gapsOf(range))
  const line = lines.data?.lines[0]
  if (!lines.data || !line) return <div className="chart-room" />
  const share = { axis: axisOf(lines.data, range.since, range.until), gaps: gapsOn(missed.data?.items), onSelect: (since: number, until: number) => go(chosen(since, until)), onReset: () => go({}) }
  const totals = Object.fromEntries(outcomes(line).map(({ name: outcome, values }) => [outcome, whole(sum(values))]))
  const band = avg?.warning != null && avg.critical != null ? { warning: avg.warning, critical: avg.critical } : null
  return (
    <div className="grid g-2 sec">
      <TimeChart title="Runs" note={`per ${stepName(lines.data.step_s)}`} label={`Tasks that ended, by outcome: ${whole(sum(line.succeeded))} succeeded and ${whole(sum(line.failed))} failed.`} shape="stack" curves={outcomes(line)} summary={totals} write={whole} {...share} />
      <TimeChart title="Run time" note="log scale" label="How long runs took, by percentile." scale="log" curves={percentiles(line.run)} write={duration} {...(band ? { band } : {})} {...share} />
      <TimeChart title="Wait time" note="from sent to started, log scale" label="How long tasks waited, by percentile." scale="log" curves={percentiles(line.wait)} write={duration} {...share} />
      {children}
    </div>
  )
}

/** One task name: what runs now, how it does, how it did before, and with which arguments. */
export function TaskTypeRoute() {
  const { name } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const held = useLiveValue((live) => live.paused)
  const range = useRange(search, { held })
  const [shift, setShift] = useState<Shift>('before')
  const { data, error, refetch } = useQuery(taskType(name, range))
  const before = useQuery({ ...taskType(name, earlier(range, shift)), enabled: data !== undefined })
  const self = useQuery(health)
  const term = `name:${quote(name)}`
  const running = useQuery(some(`${term} state:started`, 'started', listed, 2_000))
  const failures = useQuery(some(`${term} state:failure`, '-arrived', listed, 10_000))
  const slowest = useQuery(some(`${term} ${finishedIn(range)}`, '-runtime', listed, 30_000))
  const answer = data ? typeAnswer(data, spanWords(range)) : null
  usePageTitle(`${name.split('.').at(-1) ?? name}, ${self.data?.cluster ?? 'Umbel'}`)
  const go = (to: RangeSearch): void => void navigate({ search: to })

  if (error instanceof ApiError && error.status === 404 && !data) {
    return (
      <div className="panel">
        <Nil icon={<Shapes className="i" />} title="There is no such task type" actions={<Link className="btn" to="/task-types">All task types</Link>}>
          No worker has registered <Line text={name} limit={200} />, and no task of it is stored.
        </Nil>
      </div>
    )
  }
  if (error && !data) return <ErrorNote title="The task type did not come" detail={error.message} onRetry={() => void refetch()} />
  return (
    <>
      <Answer
        glyph={answer?.kind ?? null}
        title={<span className="clamp"><Line text={answer?.title ?? name} limit={300} /></span>}
        end={
          <div className="btns">
            <Link className="btn" to="/tasks" search={{ search: term }}>
              Tasks
            </Link>
            <RangePicker search={search} range={range} onChange={go} />
          </div>
        }
      >
        {answer?.note ?? '\u00a0'}
      </Answer>
      {data ? (
        <div className="grid g-side mt16">
          <div>
            <Section title="Running now" note={data.row.waiting > 0 ? `${whole(data.row.waiting)} more wait` : null} end={data.row.running > listed && <Link className="link sm" to="/tasks" search={{ search: `${term} state:started` }}>All {whole(data.row.running)}</Link>}>
              {running.data && running.data.items.length > 0 ? <Running rows={running.data.items} /> : <div className="panel panel-b dim">None runs now.</div>}
            </Section>
            <TypeCharts name={name} range={range} avg={data.limits.find(({ figure }) => figure === 'avg')} go={go}>
              <Compared now={data.row} before={before.data?.row} shift={shift} onShift={setShift} />
            </TypeCharts>
            <Section title="Latest failures" end={<Link className="link sm" to="/tasks" search={{ search: `${term} state:failure` }}>All failures</Link>}>
              {failures.data && failures.data.items.length > 0 ? <LatestFailures rows={failures.data.items} /> : <div className="panel panel-b dim">No failed task of it is stored.</div>}
            </Section>
            <Section title="Slowest runs" note={slowest.data && !slowest.data.coverage.complete ? 'of those that were looked at in time' : spanWords(range)}>
              {slowest.data && slowest.data.items.length > 0 ? <Slowest rows={slowest.data.items} /> : <div className="panel panel-b dim">None ended in {spanWords(range)}.</div>}
            </Section>
            <Arguments key={name} name={name} />
          </div>
          <div className="side">
            <Limits type={data} />
            <Facts type={data} />
          </div>
        </div>
      ) : (
        <div className="panel mt16"><Bones widths={[82, 64, 74, 48]} /></div>
      )}
    </>
  )
}
