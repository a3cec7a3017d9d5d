import type { Attention, Concern, MetricsSum, TaskType, TaskTypeRow } from '@/api/attention'
import type { Queue, Queues } from '@/api/queues'

const iso = (ms: number): string => new Date(ms).toISOString()
const spread = (mean: number | null) => ({ n: mean === null ? 0 : 100, mean_s: mean, p50_s: mean, p95_s: mean === null ? null : mean * 2, p99_s: mean === null ? null : mean * 3 })

export const concern = (given: Partial<Concern> = {}): Concern => ({ code: 'failing', about: 'task_type', subject: 'send_customer_sms', level: 'critical', title: 'send_customer_sms fails 12.4 %', text: '41 of 331 failed in the last hour, mostly with RateLimit.', since: null, ...given })

/** What needs attention on a calm day, with what a test says of it. */
export const attentionOf = (given: Partial<Attention> = {}): Attention => ({
  now: iso(Date.now()),
  status: 'ok',
  level: 'healthy',
  critical: 0,
  warning: 0,
  healthy: 41,
  unknown: 0,
  window_s: 3600,
  items: [],
  left_out: 0,
  tiles: { success: 'healthy', avg: 'healthy', queue: 'healthy', workers: 'healthy', broker: 'healthy' },
  ...given,
})

export const sumOf = (given: Partial<MetricsSum> = {}): MetricsSum => ({ kind: 'total', key: null, received: 1204, started: 1204, succeeded: 1202, failed: 2, retried: 3, revoked: 0, rejected: 0, ended: 1204, success_rate: 0.998, wait: spread(0.1), run: spread(2.1), ...given })

export const typeRow = (given: Partial<TaskTypeRow> = {}): TaskTypeRow => ({ name: 'fetch_call_recording', workers: 1, stored: 2820, running: 7, waiting: 6, received: 2820, started: 2820, succeeded: 2817, failed: 3, retried: 12, revoked: 0, rejected: 0, ended: 2820, success_rate: 0.9989, wait: spread(0.2), run: spread(8.4), success: 'healthy', avg: 'warning', ...given })

export const typeOf = (row: Partial<TaskTypeRow> = {}): TaskType => ({
  row: typeRow(row),
  since: iso(Date.now() - 3_600_000),
  until: iso(Date.now()),
  max_retries: 3,
  registered_on: ['recordings@media-01'],
  limits: [
    { figure: 'success', warning: 0.95, critical: 0.9, own: false },
    { figure: 'avg', warning: 5, critical: 10, own: false },
  ],
})

const queue = (name: string, ready: number | null, growth: number | null): Queue => ({ name, ready, growth_per_min: growth, recent: [] }) as unknown as Queue // only what the tiles read

export const queuesOf = (reached: boolean, ...items: [string, number | null, number | null][]): Queues =>
  ({ broker: { reached, latency_s: 0.0008 }, items: items.map(([name, ready, growth]) => queue(name, ready, growth)), total: items.length, waiting: items.reduce((sum, [, ready]) => sum + (ready ?? 0), 0), recent_step_s: 120, cut: false }) as unknown as Queues // the same
