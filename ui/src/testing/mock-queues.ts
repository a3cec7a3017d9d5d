import type { BrokerDetail, Queue, QueueDetail, Queues } from '@/api/queues'

import type { Scenario } from './mock-world.ts'

const iso = (ms: number): string => new Date(ms).toISOString()
const markup = '<img src=x onerror=alert(1)>\u202E'

const broker = (given: Partial<NonNullable<Queues['broker']>> = {}): NonNullable<Queues['broker']> => ({
  url: 'redis://:***@redis.prod:6379/0', transport: 'redis', reached: true, at: iso(Date.now()), read_at: iso(Date.now() - 1500), error: null, source: 'Redis itself', product: 'Redis', version: '7.2.4', role: 'primary', latency_s: 0.0008, connections: 38, connections_limit: 10_000, memory_bytes: 212e6, memory_limit_bytes: 1e9, memory_peak_bytes: 341e6, policy: 'noeviction', evicted: 0, unacked: 82, unacked_at: iso(Date.now() - 28_000), delayed: null, visibility_timeout_s: 3600, facts: ['append-only file on'], alarms: [], notes: [], ...given,
})

export const queue = (name: string, given: Partial<Queue> = {}): Queue => ({
  name, kind: null, health: 'healthy', reasons: [], ready: 4, unacked: 9, held: 0, delayed: 0, consuming: 'yes', consumers: 2, workers: ['default@app-01', 'default@app-02'], oldest_at: iso(Date.now() - 400), memory_bytes: 12_000, growth_per_min: 0, growth_over_s: 600, arrived_per_min: 43, ended_per_min: 43, rates_from: 'workers', drain: { kind: 'now', seconds: null, wait_s: 5.6, why: 'as many come as go' }, recent: Array.from({ length: 30 }, (_, n) => 3 + (n % 3)), why: {}, ...given,
})

const grows = queue('email_senders', { health: 'critical', reasons: ['it grows by 84 a minute', '1,284 wait, more than 50'], ready: 1284, unacked: 64, consumers: 2, workers: ['email@mail-01', 'email@mail-02'], oldest_at: iso(Date.now() - 192_000), growth_per_min: 84, arrived_per_min: 402, ended_per_min: 318, drain: { kind: 'never', seconds: null, wait_s: 242, why: 'it grows by 84 a minute' }, recent: Array.from({ length: 30 }, (_, n) => (n < 12 ? 4 : (n - 12) * 74)) })
const alone = queue('reports', { health: 'warning', reasons: ['nobody consumes it'], ready: 7, unacked: 0, consuming: 'no', consumers: 0, workers: [], oldest_at: null, growth_per_min: 0, arrived_per_min: 0, ended_per_min: 0, drain: { kind: 'never', seconds: null, wait_s: null, why: 'nobody consumes it' }, recent: Array.from({ length: 30 }, (_, n) => Math.floor(n / 4)), why: { oldest: 'The oldest message does not tell when it was sent' } })
const untold = queue('kafka-topic', { health: 'unknown', ready: null, unacked: null, held: null, delayed: null, consuming: 'unknown', consumers: null, workers: [], oldest_at: null, memory_bytes: null, growth_per_min: null, growth_over_s: null, arrived_per_min: null, ended_per_min: null, rates_from: null, drain: { kind: 'unknown', seconds: null, wait_s: null, why: 'its length is not known' }, recent: [], why: { ready: 'kombu cannot tell', consumers: 'w1@x has not told yet which queues it consumes', rates: 'No sent event named it' } })

/** The queues of a scenario: none, calm and bad ones, three hundred, or hostile names. */
export class QueueWorld {
  constructor(private readonly scenario: Scenario) {}

  list(): Queues {
    const items = this.items()
    return { items, broker: this.broker(), total: items.length, waiting: items.reduce((sum, { ready }) => sum + (ready ?? 0), 0), recent_step_s: 120, cut: this.scenario === 'huge' }
  }

  detail(name: string): QueueDetail | null {
    const found = this.items().find((one) => one.name === name)
    if (!found) return null
    const until = Math.floor(Date.now() / 60_000) * 60_000
    const starts = Array.from({ length: 60 }, (_, n) => iso(until - (60 - n) * 60_000))
    const known = found.ready !== null
    const ready = starts.map((_, n) => (known ? Math.round(((found.ready ?? 0) * n) / 60) : null))
    const nothing = starts.map(() => null)
    const rate = (of: number | null) => starts.map((_, n) => (of === null ? null : of * (0.9 + ((n * 7) % 10) / 50)))
    return {
      queue: found, gone: false, broker: this.broker(),
      by_priority: known ? [{ priority: 0, messages: 1000 }, { priority: 6, messages: 284 }] : [],
      mix: known ? { at: iso(Date.now() - 6000), looked_at: 200, shares: [{ name: `campaigns.tasks.send_batch${this.scenario === 'hostile' ? markup : ''}`, messages: 171 }, { name: 'campaigns.tasks.finalize_campaign', messages: 28 }, { name: null, messages: 1 }] } : null,
      scale: found.growth_per_min && found.ended_per_min ? [{ workers: 2, net_per_min: -84, empty_in_s: null }, { workers: 3, net_per_min: 78, empty_in_s: 988 }, { workers: 4, net_per_min: 238, empty_in_s: 324 }] : [],
      past: { step_s: 60, starts, ready, unacked: known ? starts.map(() => found.unacked) : nothing, delayed: known ? starts.map(() => 0) : nothing, consumers: known ? starts.map(() => found.consumers) : nothing, oldest_s: found.oldest_at === null ? nothing : starts.map((_, n) => n * 3), memory_bytes: nothing },
      flow: { step_s: 60, starts, arrived_per_min: rate(found.arrived_per_min), ended_per_min: rate(found.ended_per_min) },
    }
  }

  brokerDetail(): BrokerDetail {
    const until = Math.floor(Date.now() / 60_000) * 60_000
    const starts = Array.from({ length: 60 }, (_, n) => iso(until - (60 - n) * 60_000))
    const { waiting, total } = this.list()
    const gaps: BrokerDetail['gaps'] = this.scenario === 'blind' ? [{ kind: 'link', since: iso(Date.now() - 40_000), until: null, reason: 'Connection refused', worker: null, events: null }] : []
    return { broker: this.broker(), past: { step_s: 60, starts, latency_s: starts.map((_, n) => 0.001 + (n % 7) / 10_000), connections: starts.map(() => 38), memory_bytes: starts.map((_, n) => 2e8 + n * 2e5) }, gaps, gaps_cut: false, queues: total, waiting }
  }

  private broker(): Queues['broker'] {
    if (this.scenario === 'empty') return null
    if (this.scenario === 'blind') return broker({ reached: false, error: 'ConnectionError: Error 111 connecting to redis.prod:6379. Connection refused.', read_at: iso(Date.now() - 40_000) })
    if (this.scenario === 'hostile') return broker({ url: `redis://:***@${markup}:6379/0`, source: 'passive declares', product: 'RabbitMQ', memory_bytes: null, connections: null, policy: null, alarms: [`node ${markup} is short of memory, so RabbitMQ takes no message from anybody`], notes: ['The management API does not answer at http://rabbit:15672 (refused); --broker-api says where it is'] })
    return broker()
  }

  private items(): Queue[] {
    if (this.scenario === 'empty') return []
    if (this.scenario === 'huge') return [grows, alone, untold, ...Array.from({ length: 300 }, (_, n) => queue(`tenant-${n}.${'queue'.repeat(1 + (n % 12))}`, { ready: n * 1_000_003, oldest_at: iso(Date.now() - n * 7e6) }))]
    if (this.scenario === 'hostile') return [{ ...grows, name: `${markup}/a b?c#d%2F` }, { ...alone, name: markup.repeat(8), workers: [markup] }, untold]
    return [grows, alone, queue('recordings', { ready: 6, unacked: 8, held: 2, consumers: 1 }), queue('default'), queue('escalations', { ready: 0, oldest_at: null, arrived_per_min: 3.3, ended_per_min: 3.3, drain: { kind: 'empty', seconds: null, wait_s: null, why: 'nothing waits in it' } }), untold]
  }
}
