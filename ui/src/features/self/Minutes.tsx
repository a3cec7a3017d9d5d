import type { SelfAccount, SelfPoint } from '@/api/types'
import { TimeChart } from '@/components/chart/TimeChart'
import { whole } from '@/lib/count'
import { duration } from '@/lib/duration'

const slots = 60

const worst = (values: readonly (number | null)[]): number | null => values.reduce((most, value) => (value === null ? most : Math.max(most ?? value, value)), null)
const perSecond = (rate: number): string => (rate < 10 ? rate.toFixed(1) : whole(rate))

/** The last five minutes: how far behind the store was, and what came. */
export function Minutes({ account, now }: { account: SelfAccount; now: string }) {
  const points = account.points.slice(-slots)
  const of = <K extends keyof SelfPoint>(key: K): SelfPoint[K][] => points.map((point) => point[key])
  const until = Date.parse(account.points_until ?? now) / 1000
  const since = until - slots * account.step_s
  const axis = { starts: points.map((_, index) => until - (points.length - index) * account.step_s), stepS: account.step_s, since, until }
  const minutes = Math.round((slots * account.step_s) / 60)
  const [median, p99, events, committed] = [of('lag_s'), of('lag_p99_s'), of('events_per_s'), of('committed_per_s')]
  const behind = account.lag_s == null ? '—' : duration(account.lag_s)
  const [worstP99, peak] = [worst(p99), worst(events) ?? 0]
  return (
    <div className="grid g-2 sec">
      <TimeChart
        title="From the event to the store"
        label={`How long an event took to its commit, over ${minutes} minutes: ${behind} in the last one${worstP99 === null ? '' : `, 99th percentile at most ${duration(worstP99)}`}.`}
        axis={axis}
        curves={[
          { name: 'median', look: 'accent', values: median },
          { name: 'p99', look: 'dashed', values: p99 },
        ]}
        write={duration}
        height={132}
      />
      <TimeChart
        title="Events a second"
        label={`Events a second over ${minutes} minutes: at most ${perSecond(peak)} were received.`}
        axis={axis}
        curves={[
          { name: 'received', look: 'ink', values: events },
          { name: 'stored', look: 'accent', values: committed },
        ]}
        write={perSecond}
        height={132}
      />
    </div>
  )
}
