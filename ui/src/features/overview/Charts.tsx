import type { MetricsSeries } from '@/api/attention'
import type { Queues } from '@/api/queues'
import type { Gaps } from '@/api/types'
import { axisOf, gapsOn, outcomes, percentiles, sum } from '@/components/chart/outcomes'
import { known } from '@/components/chart/scale'
import { stepName } from '@/components/chart/ticks'
import { TimeChart } from '@/components/chart/TimeChart'
import type { ChartMark, Curve, Look } from '@/components/chart/types'
import { percent, plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'
import type { Range } from '@/lib/range'

interface ChartsProps {
  series: MetricsSeries
  range: Range
  gaps: Gaps | undefined
  marks: readonly ChartMark[]
  queues: Queues | undefined
  onSelect: (since: number, until: number) => void
  onReset: () => void
}

const looks: readonly Look[] = ['accent', 'ink', 'second', 'third', 'fourth']

/** The queues that held most in the last hour, each a line. */
function waiting({ items }: Queues): Curve[] {
  const most = (values: readonly (number | null)[]): number => Math.max(0, ...known(values))
  return [...items]
    .filter(({ recent }) => known(recent).length > 0)
    .sort((a, b) => most(b.recent) - most(a.recent))
    .slice(0, looks.length)
    .map(({ name, recent }, index) => ({ name, look: looks[index] ?? 'ink', values: recent }))
}

function Backlog({ queues, until }: { queues: Queues; until: number }) {
  const curves = waiting(queues)
  const [first] = curves
  if (!first) return null
  const step = queues.recent_step_s
  const end = Math.floor(until / step) * step
  const starts = first.values.map((_, index) => end - (first.values.length - index) * step)
  return (
    <TimeChart
      title="Backlog by queue"
      note="last hour"
      label={`What waited in ${plural(curves.length, 'queue')} over the last hour: ${curves.map(({ name, values }) => `${name} ${known(values).at(-1) ?? 'unknown'}`).join(', ')} now.`}
      axis={{ starts, stepS: step, since: starts[0] ?? 0, until: end }}
      curves={curves}
      write={whole}
    />
  )
}

/** What happened along the span, by outcome and in time; one crosshair over all, a drag chooses another span. */
export function Charts({ series, range, gaps, marks, queues, onSelect, onReset }: ChartsProps) {
  const line = series.lines[0]
  if (!line) return null
  const axis = axisOf(series, range.since, range.until)
  const bands = gapsOn(gaps?.items)
  const share = { axis, gaps: bands, marks, onSelect, onReset }
  const ended = sum(line.succeeded) + sum(line.failed)
  const totals = Object.fromEntries(outcomes(line).map(({ name, values }) => [name, whole(sum(values))]))
  return (
    <>
      <div className="grid g-32 sec">
        <TimeChart title="Throughput" note={`tasks per ${stepName(series.step_s)}`} label={`Tasks that ended, by outcome: ${whole(ended)} in all${ended > 0 ? `, ${percent(sum(line.failed) / ended)} of them failed` : ''}.`} shape="stack" curves={outcomes(line)} summary={totals} write={whole} {...share} />
        <TimeChart title="Run time" note="log scale" label={`How long runs took, by percentile: half of them at most ${duration(known(line.run.p50_s).at(-1) ?? 0)} at the end of the span.`} scale="log" curves={percentiles(line.run)} write={duration} {...share} />
      </div>
      <div className="grid g-32 sec">
        {queues?.broker && waiting(queues).length > 0 ? <Backlog queues={queues} until={range.live ? range.until : Date.parse(queues.broker.at) / 1000} /> : <NoBacklog />}
        <TimeChart title="Wait time" note="from sent to started, log scale" label="How long tasks waited from sent to started, by percentile." scale="log" curves={percentiles(line.wait)} write={duration} {...share} />
      </div>
    </>
  )
}

const NoBacklog = () => (
  <section className="tc" aria-label="Backlog by queue">
    <div className="tc-h">
      <h2>Backlog by queue</h2>
    </div>
    <p className="dim sm mt8">The broker has not told yet what waits in its queues.</p>
  </section>
)
