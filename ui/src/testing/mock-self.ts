import type { Doubt, Health, SelfPoint, SelfReport, SelfWorker } from '@/api/types'

const iso = (ms: number): string => new Date(ms).toISOString()

export const doubt = (given: Partial<Doubt> = {}): Doubt => ({
  code: 'loss',
  severity: 'warning',
  label: 'misses 0.4 %',
  text: 'Of 20,344 tasks that default@app-02 ran in the last 5 min, the events of 81 did not arrive',
  advice: 'On Redis, raise client-output-buffer-limit for pubsub, and look for reconnects.',
  workers: ['default@app-02'],
  workers_left_out: 0,
  ...given,
})

export const selfWorker = (given: Partial<SelfWorker> = {}): SelfWorker => ({
  name: 'default@app-01',
  state: 'measured',
  expected: 118_402,
  lost: 0,
  window_expected: 400,
  window_lost: 0,
  loss_ratio: 0,
  repeated: 0,
  mute: null,
  processes: 1,
  clock_offset_s: 0.012,
  heard_at: iso(Date.now() - 900),
  last_heartbeat_at: iso(Date.now() - 1200),
  ...given,
})

const point = (n: number): SelfPoint => ({ events_per_s: 40 + 9 * Math.sin(n / 4), committed_per_s: 40 + 9 * Math.sin((n - 0.3) / 4), dropped: 0, malformed: 0, buffered: 3, lag_s: 0.2 + 0.05 * Math.sin(n), lag_p99_s: n === 41 ? 1.9 : 0.4, commit_s: 0.002 })

/** A report of a server that does well, with what a test says of it. */
export function selfReport(health: Health, given: Partial<SelfReport> = {}): SelfReport {
  const now = Date.now()
  const totals = { events: 48_102, committed: 48_099, dropped: 0, malformed: 0, buffered: 3 }
  return {
    now: iso(now),
    started_at: health.started_at,
    version: health.version,
    doubts: health.doubts,
    broker: health.broker,
    collector: health.collector,
    account: { totals, window: totals, window_s: 300, committed_per_s: 42.1, lag_s: 0.21, lag_p99_s: 0.42, commit_s: 0.0019, commit_p99_s: 0.007, step_s: 5, points_until: iso(now), points: Array.from({ length: 60 }, (_, n) => point(n)), workers: [selfWorker(), selfWorker({ name: 'default@app-02', expected: 20_344 })] },
    ingest: { commits: 3120, last_commit_at: iso(now - 300), last_error: null, pruned_tasks: 1204, dropped_by_type: {}, malformed_by_reason: {}, unknown_by_type: {}, samples: [] },
    store: health.store,
    free_bytes: 51_000_000_000,
    live: { readers: 3, longest_queue: 0, queue_limit: 64, told_to_reload: 0 },
    process: { pid: 4711, python: '3.12.4', threads: 9, rss_bytes: 94_000_000, peak_rss_bytes: 101_000_000, cpu_s: 31.4, cpu_share: 0.034 },
    workers: 2,
    workers_left_out: 0,
    ...given,
  }
}
