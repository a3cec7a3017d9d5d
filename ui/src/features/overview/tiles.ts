import type { Queues } from '@/api/queues'
import type { Health, Overview, Workers } from '@/api/types'
import { plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'

interface Tile {
  value: string
  detail: string
  level?: 'critical'
}

const names: Partial<Record<string, string>> = { redis: 'Redis', rediss: 'Redis', amqp: 'RabbitMQ', amqps: 'RabbitMQ', pyamqp: 'RabbitMQ', sqs: 'SQS', sentinel: 'Redis' }

/** The broker: what it is, and whether it is there. */
export function broker(health: Health | undefined, queues: Queues | undefined): Tile {
  if (!health) return { value: '—', detail: '\u00a0' }
  const { state, transport, last_error } = health.broker
  const value = names[transport] ?? transport
  if (state === 'connected') {
    const latency = queues?.broker?.latency_s
    return { value, detail: latency == null ? 'connected' : `connected, ${duration(latency)}` }
  }
  if (state === 'connecting') return { value, detail: 'connecting' }
  return { value, detail: last_error ?? 'out of reach', level: 'critical' }
}

/** How many are there of how many there should be: of those that are expected, else of those that were ever heard. */
export function crew({ by_state, expected, items }: Workers): Tile {
  const online = (by_state.online ?? 0) + (by_state.busy ?? 0)
  const silent = by_state.silent ?? 0
  const alive = online + silent
  const all = expected.find(({ by }) => by === 'all')
  const gone = items.filter(({ state, hidden }) => state === 'offline' && !hidden).length
  const quiet = silent > 0 ? `, ${whole(silent)} silent` : ''
  if (all) return { value: `${whole(all.online)} of ${whole(all.wanted)}`, detail: all.online >= all.wanted ? `as expected${quiet}` : `${whole(all.wanted - all.online)} missing${quiet}` }
  return { value: gone > 0 ? `${whole(alive)} of ${whole(alive + gone)}` : whole(alive), detail: gone > 0 ? `${whole(gone)} offline${quiet}` : `online${quiet}` }
}

const growth = (queues: Queues): number | null => {
  const known = queues.items.map(({ growth_per_min }) => growth_per_min).filter((rate) => rate !== null)
  return known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0)
}

/** What waits, by the broker where it was read, else by the events of tasks; and whether that grows. */
export function backlog(queues: Queues | undefined, overview: Overview | undefined): { value: number | null; detail: string } {
  if (queues?.broker?.reached && queues.items.some(({ ready }) => ready !== null)) {
    const rate = growth(queues)
    const trend = rate === null ? '' : Math.abs(rate) < 0.5 ? ', steady' : rate > 0 ? `, grows by ${whole(rate)}/min` : `, shrinks by ${whole(-rate)}/min`
    return { value: queues.waiting, detail: `in ${plural(queues.total, 'queue')}${trend}` }
  }
  if (!overview) return { value: null, detail: 'it was not read yet' }
  return { value: (overview.by_state.PENDING ?? 0) + (overview.by_state.RECEIVED ?? 0), detail: 'as their events tell' }
}
