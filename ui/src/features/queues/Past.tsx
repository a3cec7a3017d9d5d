import type { BrokerDetail, QueueDetail } from '@/api/queues'
import { TimeChart } from '@/components/chart/TimeChart'
import type { ChartGap } from '@/components/chart/types'
import { bytes, whole } from '@/lib/count'
import { duration } from '@/lib/duration'

interface SpanProps {
  since: number
  until: number
  gaps: readonly ChartGap[]
  onSelect: (since: number, until: number) => void
  onReset: () => void
}

const seconds = (starts: readonly string[]): number[] => starts.map((start) => Date.parse(start) / 1000)

/** One unit only: an axis has no room for two. */
const shortAge = (s: number): string => (s < 90 ? `${Math.round(s)} s` : s < 5_400 ? `${Math.round(s / 60)} min` : s < 129_600 ? `${(s / 3_600).toFixed(1)} h` : `${(s / 86_400).toFixed(1)} d`)

/** Nobody consumes by halves. */
const number = (n: number): string => (Number.isInteger(n) ? whole(n) : '')

const isAny = (values: readonly (number | null)[]): boolean => values.some((value) => value !== null && value !== 0)

/** How long a queue was, and how old the oldest message in it. */
export function QueuePast({ detail: { past, queue }, since, until, ...rest }: { detail: QueueDetail } & SpanProps) {
  const axis = { starts: seconds(past.starts), stepS: past.step_s, since, until }
  const lengths = [
    { name: 'Waiting', look: 'accent' as const, values: past.ready },
    { name: 'Unacknowledged', look: 'second' as const, values: past.unacked },
    ...(isAny(past.delayed) ? [{ name: 'Delayed', look: 'third' as const, values: past.delayed }] : []),
  ]
  return (
    <>
      <TimeChart title="Messages" note="the most of each step" label={`How many messages were in the queue; ${queue.ready === null ? 'it is not known how many wait now' : `${whole(queue.ready)} wait now`}`} axis={axis} curves={lengths} write={whole} {...rest} />
      {isAny(past.oldest_s) && <TimeChart title="Oldest message" note="since it was sent" label="How old the oldest message was that waited" axis={axis} curves={[{ name: 'Oldest', look: 'accent', values: past.oldest_s }]} write={shortAge} {...rest} />}
      <TimeChart title="Consumers" note="the fewest of each step" label="How many consumers the queue had" axis={axis} curves={[{ name: 'Consumers', look: 'ink', values: past.consumers }]} write={number} height={90} {...rest} />
    </>
  )
}

/** How the broker was. */
export function BrokerPast({ detail: { past }, since, until, ...rest }: { detail: BrokerDetail } & SpanProps) {
  const axis = { starts: seconds(past.starts), stepS: past.step_s, since, until }
  return (
    <>
      <TimeChart title="Time to answer" note="the longest of each step" label="How long the broker took to answer" axis={axis} curves={[{ name: 'Answer', look: 'accent', values: past.latency_s }]} write={duration} {...rest} />
      {isAny(past.memory_bytes) && <TimeChart title="Memory" label="How much memory the broker used" axis={axis} curves={[{ name: 'Memory', look: 'accent', values: past.memory_bytes }]} write={bytes} {...rest} />}
      {isAny(past.connections) && <TimeChart title="Connections" label="How many connections the broker had" axis={axis} curves={[{ name: 'Connections', look: 'ink', values: past.connections }]} write={whole} {...rest} />}
    </>
  )
}
