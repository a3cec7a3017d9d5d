import type { Broker, BrokerDetail, Queue, QueueDrain, Queues } from '@/api/queues'
import type { HealthKind } from '@/components/Glyph'
import { plural, whole } from '@/lib/count'
import { age } from '@/lib/duration'
import { oneLine } from '@/lib/text'

export interface QueuesAnswer {
  kind: HealthKind | null
  title: string
  note: string
  short: string
}

/** A sentence that a driver or a broker wrote, in one line and without its stop. */
export const told = (text: string | null): string => oneLine(text ?? 'no reason was given', 300).replace(/[.\s]+$/, '')

const nameOf = ({ name }: Queue): string => oneLine(name, 48)

/** `84`, `8.4`, `0.05`: as exact as it tells something. */
export const rate = (perMinute: number): string => (perMinute >= 10 || perMinute === 0 ? whole(perMinute) : perMinute.toFixed(perMinute < 1 ? 2 : 1))

const and = (parts: readonly string[], most = 2): string => {
  const shown = parts.slice(0, most)
  const more = parts.length - shown.length
  return more > 0 ? `${shown.join('; ')}; and ${whole(more)} more` : shown.join('; ')
}

/** What is wrong with a queue in a few words; null where nothing is. */
export function trouble(queue: Queue): string | null {
  const name = nameOf(queue)
  if ((queue.growth_per_min ?? 0) > 0 && queue.consuming !== 'no') return `${name} grows by ${rate(queue.growth_per_min ?? 0)} a minute`
  if ((queue.ready ?? 0) > 0 && queue.consuming === 'no') return `${name} has no worker`
  if (queue.health === 'critical' || queue.health === 'warning') return `${plural(queue.ready ?? 0, 'task')} ${queue.ready === 1 ? 'waits' : 'wait'} in ${name}`
  return null
}

function brokerNote(broker: Broker): string {
  const [alarm] = broker.alarms
  return alarm ? `${told(alarm)}.` : 'The broker itself is well.'
}

/** The page's answer: which queues are not as they should be, and whether the broker is. */
export function queuesAnswer({ items, broker, waiting, total }: Queues): QueuesAnswer {
  if (broker === null) return { kind: 'unknown', title: 'The broker was not looked at yet', note: 'The first look comes within seconds of the start.', short: '' }
  if (!broker.reached) return { kind: 'critical', title: 'The broker is out of reach', note: broker.read_at === null ? `It never answered: ${told(broker.error)}.` : `${told(broker.error)}. What stands below is what was last read.`, short: 'out of reach' }
  if (items.length === 0) return { kind: 'unknown', title: 'No queue is known yet', note: 'A queue is listed as soon as a worker consumes it, or a task is sent to it.', short: '' }
  const bad = items.map((queue) => ({ queue, text: trouble(queue) })).filter(({ text }) => text !== null)
  const worst = bad.some(({ queue }) => queue.health === 'critical') ? 'critical' : 'warning'
  const sum = `${waiting === 0 ? 'Nothing waits' : `${plural(waiting, 'task')} ${waiting === 1 ? 'waits' : 'wait'}`} in ${plural(total, 'queue')}. ${brokerNote(broker)}`
  if (bad.length > 0) return { kind: worst, title: and(bad.map(({ text }) => text ?? '')), note: sum, short: `${whole(bad.length)} ${bad.length === 1 ? 'queue' : 'queues'}` }
  const unknown = items.filter(({ health }) => health === 'unknown').length
  if (unknown > 0) return { kind: 'unknown', title: `The length of ${plural(unknown, 'queue')} is not known`, note: sum, short: '' }
  const kind = broker.alarms.length > 0 ? 'warning' : null
  return { kind, title: waiting === 0 ? 'Nothing waits' : total === 1 ? 'The one queue is short' : `All ${whole(total)} queues are short`, note: sum, short: '' }
}

/** What becomes of a queue, as one sentence below its name. */
export function queueNote({ drain, ready, consuming }: Queue): string {
  const { kind, why, wait_s: wait } = drain
  const start = wait !== null && ready !== 0 ? ` A task sent now starts in about ${age(wait)}.` : ''
  if (kind === 'empty') return 'Nothing waits in it.'
  if (kind === 'unknown') return `When it will be empty is not known: ${why}.${start}`
  if (kind === 'never' && consuming === 'no') return 'Nobody consumes it, so it will never be empty.'
  if (kind === 'never') return `It will not be empty while it goes on so: ${why}.${start}`
  if (kind === 'in') return `If it goes on so, it is empty ${drainWord(drain)}: ${why}.${start}`
  return `As many tasks come as go.${start}`
}

/** The broker's own page. */
export function brokerAnswer({ broker }: BrokerDetail): QueuesAnswer {
  if (broker === null) return { kind: 'unknown', title: 'The broker was not looked at yet', note: 'The first look comes within seconds of the start.', short: '' }
  const name = broker.product ?? broker.transport
  if (!broker.reached) return { kind: 'critical', title: `${name} is out of reach`, note: `${told(broker.error)}.`, short: 'out of reach' }
  const [alarm] = broker.alarms
  if (alarm) return { kind: 'warning', title: `${name} needs attention`, note: `${told(alarm)}.`, short: 'attention' }
  return { kind: null, title: `${name} is well`, note: `As ${broker.source ?? 'its transport'} tells, asked every five seconds.`, short: '' }
}

/** When a queue will be empty, in a word or two. */
export function drainWord({ kind, seconds }: QueueDrain): string {
  if (kind === 'in') return `in ${age(seconds ?? 0)}`
  if (kind === 'steady') return 'keeps its length'
  return kind
}

export const drainLook = (queue: Queue): string => (queue.drain.kind !== 'never' ? (queue.drain.kind === 'empty' ? 'dim' : '') : queue.health === 'critical' ? 'c-critical fw5' : 'c-warning fw5')

/** From what arrivals and completions are known, for the hover of a number. */
export const ratesFrom: Record<NonNullable<Queue['rates_from']>, string> = {
  broker: 'By the counts of the broker itself',
  workers: 'By what its workers ended, since they consume no other queue',
  events: 'By sent events: tasks of producers that send none are missing',
}

export const policies: Record<string, string> = { noeviction: 'refuses writes' }
