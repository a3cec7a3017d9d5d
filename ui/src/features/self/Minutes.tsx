import type { SelfAccount, SelfPoint } from '@/api/types'
import { Section } from '@/components/Page'
import { whole } from '@/lib/count'
import { duration } from '@/lib/duration'

import { Chart } from './Chart'

const slots = 60

const numbers = (values: readonly (number | null)[]): number[] => values.filter((value): value is number => value !== null)
const worst = (values: readonly (number | null)[]): number | null => (numbers(values).length === 0 ? null : Math.max(...numbers(values)))
const perSecond = (rate: number): string => (rate < 10 ? rate.toFixed(1) : whole(rate))

const Legend = ({ items }: { items: readonly (readonly [name: string, value: string])[] }) => (
  <span className="legend">
    {items.map(([name, value]) => (
      <span key={name}>
        {name} <b>{value}</b>
      </span>
    ))}
  </span>
)

/** The last five minutes: how far behind the store was, and what came. */
export function Minutes({ account }: { account: SelfAccount }) {
  const points = account.points.slice(-slots)
  const of = <K extends keyof SelfPoint>(key: K): SelfPoint[K][] => points.map((point) => point[key])
  const minutes = Math.round((slots * account.step_s) / 60)
  const [median, p99, events, committed] = [of('lag_s'), of('lag_p99_s'), of('events_per_s'), of('committed_per_s')]
  const behind = account.lag_s == null ? '—' : duration(account.lag_s)
  const peak = worst(events) ?? 0
  return (
    <div className="grid g-2">
      <Section title="From the event to the store" note="median, p99 dashed" end={<Legend items={[['last minute', behind], ['worst p99', worst(p99) === null ? '—' : duration(worst(p99) ?? 0)]]} />}>
        <Chart label={`How long an event took to its commit, over ${minutes} minutes: ${behind} in the last one${worst(p99) === null ? '' : `, 99th percentile at most ${duration(worst(p99) ?? 0)}`}.`} curves={[{ name: 'p99', values: p99, look: 'dashed' }, { name: 'median', values: median, look: 'accent' }]} slots={slots} minutes={minutes} write={duration} />
      </Section>
      <Section title="Events a second" note="received, stored in violet" end={<Legend items={[['peak', perSecond(peak)]]} />}>
        <Chart label={`Events a second over ${minutes} minutes: at most ${perSecond(peak)} were received.`} curves={[{ name: 'received', values: events, look: 'ink' }, { name: 'stored', values: committed, look: 'accent' }]} slots={slots} minutes={minutes} write={perSecond} />
      </Section>
    </div>
  )
}
