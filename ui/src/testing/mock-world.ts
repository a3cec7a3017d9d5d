import type { Attempt, Gaps, Health, Overview, SelfReport, TaskDetail, TaskEvent, TaskNames, TaskRow, Workers } from '@/api/types'

import { doubt, selfReport, selfWorker } from './mock-self.ts'
import { workers } from './mock-workers.ts'
import { taskRow } from './rows.ts'

/** What the mock shows: usual work, nothing yet, no broker, hostile texts, very long ones. */
export type Scenario = 'rich' | 'empty' | 'blind' | 'hostile' | 'huge'

const names = ['send_customer_sms', 'send_escalation_notification', 'campaigns.tasks.send_batch', 'campaigns.tasks.check_scheduled_campaigns', 'fetch_call_recording', 'initiate_outbound_call', 'cleanup_old_recordings'] as const
const crew = ['default@app-01', 'default@app-02', 'email@mail-01', 'email@mail-02', 'recordings@media-01'] as const

let seed = 7
const random = (): number => {
  seed = (seed * 16_807) % 2_147_483_647
  return seed / 2_147_483_647
}
const pick = <T,>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T // never empty here
const hex = (n: number): string => Array.from({ length: n }, () => Math.floor(random() * 16).toString(16)).join('')
const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-9${hex(3)}-${hex(12)}`
const iso = (ms: number): string => new Date(ms).toISOString()

const traceback = `Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/celery/app/trace.py", line 453, in trace_task
    R = retval = fun(*args, **kwargs)
                 ^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/celery/app/trace.py", line 736, in __protected_call__
    return self.run(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/app/src/workers/sms_tasks.py", line 88, in send_customer_sms
    response = client.send_sms(to=to, body=render(body, escalation))
  File "/srv/app/src/services/ringcentral.py", line 141, in send_sms
    raise RingCentralAPIError(payload["message"], response=payload)
src.services.ringcentral.RingCentralAPIError: Rate limit exceeded
`

const markup = '<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>\u202Egnp.exe'

function outcome(now: number): Partial<TaskRow> {
  const received = now
  const base = { received_at: iso(received), sent_at: iso(received - 300), started_at: iso(received + 400), updated_at: iso(received) }
  const dice = random()
  const runtime = 0.2 + random() * 6
  const end = { finished_at: iso(received + 400 + runtime * 1000), runtime_s: runtime }
  if (dice < 0.72) return { ...base, ...end, state: 'SUCCESS' }
  if (dice < 0.84) return { ...base, ...end, state: 'FAILURE', result: null, exception: "RingCentralAPIError('Rate limit exceeded', 429)", retries: 2, max_retries: 2 }
  if (dice < 0.89) return { ...base, state: 'STARTED', result: null, started_at: iso(Date.now() - random() * 60_000), progress: random() < 0.6 ? { current: Math.floor(random() * 100), total: 100 } : null, finished_at: null, runtime_s: null }
  if (dice < 0.92) return { ...base, state: 'RETRY', result: null, exception: "TimeoutError('no answer in 5 s')", retries: 1, max_retries: 3, eta: iso(Date.now() + 90_000), finished_at: null, runtime_s: 2.2 }
  if (dice < 0.95) return { ...base, state: 'PENDING', result: null, started_at: null, received_at: null, finished_at: null, runtime_s: null, worker: null, wait_s: null }
  if (dice < 0.97) return { ...base, state: 'RECEIVED', result: null, started_at: null, finished_at: null, runtime_s: null }
  if (dice < 0.98) return { ...base, state: 'STARTED', result: null, finished_at: null, runtime_s: null, verdict: { code: 'orphaned', text: 'Its worker email@mail-03 went while it ran', severity: 'critical' } }
  if (dice < 0.985) return { ...base, state: 'LOST', result: null, finished_at: null, runtime_s: null, verdict: { code: 'lost', text: 'email@mail-03 was restarted while this ran; the result backend knows no end of it', severity: 'critical' } }
  if (dice < 0.99) return { ...base, state: 'REVOKED', result: null, started_at: null, finished_at: iso(received + 5000), runtime_s: null, verdict: { code: 'expired_unrun', text: 'Expired before a worker took it', severity: 'warning' } }
  return { ...base, state: 'REJECTED', result: null, finished_at: iso(received + 500), runtime_s: null }
}

function make(at: number, scenario: Scenario): TaskRow {
  const name = pick(names)
  const kwargs = name.startsWith('campaigns') ? `{'campaign_id': ${80 + Math.floor(random() * 12)}, 'batch': ${Math.floor(random() * 30)}, 'size': 500}` : `{'escalation_id': ${700 + Math.floor(random() * 99)}, 'to': '+1 916 555 01${Math.floor(random() * 90) + 10}', 'body': 'Hi Dana, your chef arrives at 18:30 with…'}`
  const id = uuid()
  const row = taskRow({ id, root_id: id, name, args: '()', kwargs, worker: pick(crew), queue: name.startsWith('campaigns') ? 'email_senders' : 'default', result: pick(["{'sms_sent': True}", "{'sent': 499, 'bounced': 1}", 'None', "'ok'"]), ...outcome(at) })
  if (scenario === 'hostile') return { ...row, name: markup, args: `('${markup}',)`, kwargs: `{'k${markup}': '${markup}'}`, worker: `${markup}@host`, queue: markup, result: row.result && `'${markup}'`, exception: row.exception && `ValueError('${markup}')` }
  if (scenario === 'huge') return { ...row, name: `a.very.long.module.${'deep.'.repeat(40)}task_${'x'.repeat(200)}`, kwargs: `{'body': '${'long text '.repeat(10_000)}'}`, result: row.result && `'${'r'.repeat(100_000)}'`, exception: row.exception && `ValueError('${'e'.repeat(100_000)}')`, worker: `worker-${'w'.repeat(300)}@host` }
  return row
}

export class World {
  seq = 1000
  readonly tasks: TaskRow[]
  readonly startedAt = Date.now() - 120_000

  constructor(readonly scenario: Scenario) {
    const now = Date.now()
    const count = scenario === 'empty' ? 0 : scenario === 'huge' ? 40 : 1200
    this.tasks = Array.from({ length: count }, (_, index) => make(now - index * 2600 - random() * 900, scenario))
  }

  /** Some of what runs ends, and one or two tasks come. */
  step(): TaskRow[] {
    if (this.scenario === 'empty' || this.scenario === 'blind') return []
    this.seq += 1
    const now = Date.now()
    const born = taskRow({ ...make(now, this.scenario), state: 'STARTED', received_at: iso(now), started_at: iso(now), finished_at: null, runtime_s: null, result: null, exception: null, verdict: null })
    const index = this.tasks.findIndex((t) => t.state === 'STARTED' && !t.verdict && Math.random() < 0.4)
    const ending = this.tasks[index]
    const out = [born]
    if (ending) {
      const ended = { ...ending, state: 'SUCCESS', result: "{'sms_sent': True}", finished_at: iso(now), runtime_s: (now - Date.parse(ending.started_at ?? iso(now))) / 1000, progress: null, updated_at: iso(now) }
      this.tasks[index] = ended
      out.push(ended)
    }
    this.tasks.unshift(born)
    return out
  }

  byState(): Record<string, number> {
    const by: Record<string, number> = {}
    for (const { state } of this.tasks) by[state] = (by[state] ?? 0) + 1
    return by
  }

  overview(): Overview {
    return { tasks: this.tasks.length, by_state: this.byState(), lost: { kind: 'exact', value: 0 }, workers: { online: 4, offline: 1 }, last_event_at: this.tasks[0]?.updated_at ?? null, seq: this.seq }
  }

  names(): TaskNames {
    const by = new Map<string, Record<string, number>>()
    for (const { name, state } of this.tasks) {
      const states = by.get(name ?? '') ?? {}
      states[state] = (states[state] ?? 0) + 1
      by.set(name ?? '', states)
    }
    return { items: [...by].map(([name, states]) => ({ name, total: Object.values(states).reduce((a, b) => a + b, 0), by_state: states })), cut: false }
  }

  workers(): Workers {
    return workers(this.scenario)
  }

  health(): Health {
    const blind = this.scenario === 'blind'
    const now = Date.now()
    return {
      status: blind ? 'blind' : this.scenario === 'empty' ? 'waiting' : 'ok',
      text: blind ? 'The broker does not answer.' : 'Events come and are stored.',
      version: '0.1.0',
      cluster: 'myhibachi',
      title: null,
      now: iso(now),
      started_at: iso(this.startedAt),
      demo: this.scenario === 'rich',
      broker: { url: 'redis://:•••@redis.prod:6379/0', transport: 'redis', state: blind ? 'reconnecting' : 'connected', since: iso(this.startedAt + 60_000), attempt: blind ? 5 : 0, next_try_s: blind ? 4 : null, last_error: blind ? 'Connection refused' : null, reconnects: 0, receiver: 'redis', receiver_note: null, durable_queue: null, warning: null },
      collector: { state: blind ? 'blind' : this.scenario === 'empty' ? 'waiting' : 'live', lag_s: this.scenario === 'empty' ? null : 0.31, last_event_at: this.scenario === 'empty' ? null : iso(now - 400), events: 48_102, events_per_s: 42.5, malformed: 0, unknown: 0, dropped: 0, buffered: 3, buffer_limit: 50_000, last_error: null },
      store: { state: 'ok', url: 'sqlite:///umbel.db', seq: this.seq, tasks: this.tasks.length, size_bytes: 41_000_000, last_error: null, counts_too_old: { minute: 0, hour: 0, day: 0 } },
      warnings: this.scenario === 'blind' ? ['The password is the default one. Change it: umbel --basic-auth user:password'] : [],
      doubts: this.doubts(),
      blind: [],
      results: null,
      repair: { lookups: 120, repaired: 26, lost: 1, waiting: 3, running: false, last_at: iso(now - 4000), backend: null },
    }
  }

  private doubts(): Health['doubts'] {
    const blind = doubt({ code: 'blind', severity: 'critical', label: 'blind', text: 'The broker has been out of reach for 40 s: Connection refused', advice: 'See that the broker runs and that its address is right; Umbel tries again by itself.', workers: [] })
    const names = Array.from({ length: 20 }, (_, n) => `worker-${n}@${'node'.repeat(1 + n)}`)
    if (this.scenario === 'blind') return [blind]
    if (this.scenario === 'hostile') return [doubt({ text: `Of 100 tasks that ${markup} ran in the last 5 min, the events of 12 did not arrive` })]
    if (this.scenario === 'huge') return [blind, ...['loss', 'clock', 'lag', 'malformed', 'no_task_events'].map((code) => doubt({ code, workers: names, workers_left_out: 1800 }))]
    return []
  }

  /** What Umbel tells of itself: well, blind, with hostile names, or with two hundred workers and all that can be wrong. */
  self(): SelfReport {
    const report = selfReport(this.health())
    const now = Date.now()
    if (this.scenario === 'empty') return { ...report, account: { ...report.account, workers: [], points: [], lag_s: null, lag_p99_s: null, commit_s: null, commit_p99_s: null } }
    const names = Array.from({ length: 200 }, (_, n) => `worker-${n}@${'node'.repeat(1 + (n % 20))}`)
    const many = names.map((name, n) => selfWorker({ name, lost: n < 30 ? 200 - n : 0, loss_ratio: n < 30 ? 0.2 / (n + 1) : 0, clock_offset_s: n % 9 === 0 ? -3600 * n : 0.01, state: n % 7 === 6 ? 'no_task_events' : n % 11 === 5 ? 'no_heartbeats' : 'measured' }))
    const hostile = [selfWorker({ name: `${markup}@host`, lost: 12, loss_ratio: 0.12 }), selfWorker({ name: '\u202Eevil@host', state: 'no_task_events', expected: 0 })]
    const workers = this.scenario === 'huge' ? many : this.scenario === 'hostile' ? hostile : report.account.workers
    const isBad = this.scenario === 'huge' || this.scenario === 'hostile'
    const ingest = isBad ? { ...report.ingest, malformed_by_reason: { 'not JSON': 41, 'no type': 3 }, dropped_by_type: { 'worker-heartbeat': 1204, 'task-started': 12 }, unknown_by_type: Object.fromEntries(names.slice(0, 40).map((name, n) => [`${name}${markup}`, n])), samples: [{ at: iso(now - 9000), reason: 'not JSON', excerpt: `${markup}{"password": "***"`.repeat(4) }] } : report.ingest
    const totals = isBad ? { ...report.account.totals, dropped: 1216, malformed: 44 } : report.account.totals
    return { ...report, ingest, account: { ...report.account, workers, totals }, workers: isBad ? 2000 : 2, workers_left_out: this.scenario === 'huge' ? 1800 : 0 }
  }

  gaps(): Gaps {
    const now = Date.now()
    const gap = (given: Partial<Gaps['items'][number]>): Gaps['items'][number] => ({ kind: 'link', since: iso(now - 90_000), until: iso(now - 60_000), reason: 'Connection reset by peer', worker: null, events: null, ...given })
    if (this.scenario === 'blind') return { items: [gap({}), gap({ since: iso(now - 40_000), until: null, reason: 'Connection refused' })], cut: false }
    if (this.scenario === 'hostile') return { items: [gap({ kind: 'worker', worker: `${markup}@host`, reason: markup, events: 12 })], cut: false }
    if (this.scenario === 'huge') return { items: Array.from({ length: 50 }, (_, n) => gap({ since: iso(now - 4e6 + n * 60_000), kind: n % 2 ? 'dropped' : 'stopped', events: n * 1000, reason: 'long words '.repeat(30) })), cut: true }
    return { items: [], cut: false }
  }

  detail(id: string): TaskDetail | null {
    const row = this.tasks.find((t) => t.id === id)
    if (!row) return null
    const start = Date.parse(row.sent_at ?? row.received_at ?? iso(Date.now()))
    const over = row.state === 'FAILURE'
    const attempts: Attempt[] = over ? [attempt(1, start + 1200, 2.1, 'RETRY', row), attempt(2, start + 18_300, 2.3, 'RETRY', row), attempt(3, start + 51_000, 2, 'FAILURE', row)] : row.started_at ? [attempt(1, Date.parse(row.started_at), row.runtime_s ?? null, row.state === 'SUCCESS' ? 'SUCCESS' : row.state === 'RETRY' ? 'RETRY' : null, row)] : []
    const events: TaskEvent[] = ['task-sent', 'task-received', 'task-started', ...(over ? ['task-retried', 'task-received', 'task-started', 'task-failed'] : row.state === 'SUCCESS' ? ['task-succeeded'] : [])].map((type, index) => ({ type, at: iso(start + index * 900), worker: row.worker ?? 'gen1@web-01', pid: 4711, clock: 100 + index, fields: { uuid: id, name: row.name, args: row.args } }))
    const [one, two, three] = this.tasks.slice(5, 8)
    return { ...row, finished_at: over ? iso(start + 53_000) : (row.finished_at ?? null), exchange: '', routing_key: row.queue ?? null, client: 'gen42@web-01', traceback: over ? traceback : null, arguments: null, attempts, events, events_cut: false, failure_group: null, links: [{ label: 'Logs of this id', url: `https://logs.example/?q=${id}` }], gaps: row.learnt_from || row.state === 'LOST' ? [{ kind: 'link', since: iso(start + 1_500), until: iso(start + 2_600), reason: 'no link to the broker (ConnectionError: Connection refused)', worker: null, events: null }] : [], root: one ? { id: one.id, name: one.name, state: one.state } : null, parent: two ? { id: two.id, name: two.name, state: two.state } : null, children: three ? [{ id: three.id, name: three.name, state: three.state }, { id: 'never-seen', name: null, state: null }] : [] }
  }
}

function attempt(number: number, start: number, runtime: number | null, outcome: string | null, row: TaskRow): Attempt {
  const bad = outcome === 'FAILURE' || outcome === 'RETRY'
  return { number, retries: number - 1, name: row.name, worker: row.worker ?? null, pid: 4711, eta: null, sent_at: null, received_at: iso(start - 200), started_at: iso(start), ended_at: runtime === null ? null : iso(start + runtime * 1000), runtime_s: runtime, outcome, exception: bad ? (row.exception ?? null) : null, traceback: bad ? traceback : null, learnt_from: null, cpu_s: null, peak_memory_bytes: null }
}
