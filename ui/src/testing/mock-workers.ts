import type { Workers } from '@/api/types'
import type { WorkerDetail, WorkerHistory, WorkersHistory, WorkerTask } from '@/api/workers'

import type { Scenario } from './mock-world.ts'

type Worker = Workers['items'][number]

const markup = '<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>\u202Egnp.exe'
const iso = (ms: number): string => new Date(ms).toISOString()

export function worker(name: string, given: Partial<Worker> = {}): Worker {
  const now = Date.now()
  return {
    name, state: 'online', reason: 'its heartbeats come', offline_since: null, answered_at: iso(now - 4200), missed: 0, pool: 'prefork', slots: 8, reserved: 2, scheduled: 1, queues: ['default', 'escalations'], queues_left_out: 0,
    cpu: null, cpu_from: null, cpu_health: 'unknown', memory_bytes: 61_200_000, memory_from: 'peak of main', memory_health: 'unknown', done_per_min: 24, shares_name: false, hidden: false,
    pid: 4711, first_seen_at: iso(now - 9e7), online_since: iso(now - 2.7e8), last_heartbeat_at: iso(now - 1200), last_event_at: iso(now - 900), freq_s: 2, active: 3, processed: 118_402, loadavg: [0.64, 0.71, 0.55], software: 'py-celery', software_version: '5.5.3', system: 'Linux', clock_offset_s: 0.012, running: 3, restarts: 0, ...given,
  }
}

const gone = (now: number): Partial<Worker> => ({ state: 'offline', reason: 'nothing came for 14 min, and it did not answer when it was asked', offline_since: iso(now - 840_000), last_heartbeat_at: iso(now - 840_000), answered_at: iso(now - 842_000), active: null, running: 3, reserved: null, scheduled: null, memory_bytes: null, memory_from: null, done_per_min: null, missed: 2, loadavg: null })

function rich(): Worker[] {
  const now = Date.now()
  const mail = { queues: ['email_senders'], slots: 16, active: 16, running: 16, done_per_min: 156 }
  return [
    worker('default@app-01', { active: 2 }),
    worker('default@app-02', { active: 0, running: 0, processed: 20_344, restarts: 2, clock_offset_s: -7.4, done_per_min: 0 }),
    worker('email@mail-01', { ...mail, cpu: 0.64, cpu_from: 'agent', cpu_health: 'healthy', memory_bytes: 884e6, memory_from: 'agent', memory_health: 'healthy' }),
    worker('email@mail-02', { ...mail, cpu: 0.88, cpu_from: 'agent', cpu_health: 'critical', memory_bytes: 871e6, memory_from: 'agent', memory_health: 'healthy' }),
    worker('email@mail-03', { ...mail, ...gone(now) }),
    worker('recordings@media-01', { pool: 'threads', queues: ['recordings'], active: 7, cpu: 0.58, cpu_from: 'process', cpu_health: 'healthy', memory_bytes: 1.4e9, memory_from: 'peak', memory_health: 'warning' }),
    worker('webhooks@app-01', { state: 'busy', reason: 'a solo worker says nothing while it runs a task; last heard 42 s ago', pool: 'solo', slots: 1, active: 1, running: 0, queues: ['webhooks'], last_heartbeat_at: iso(now - 42_000), answered_at: iso(now - 44_000), processed: 640 }),
    worker('old@app-09', { ...gone(now), hidden: true, running: 0, offline_since: iso(now - 3e8), last_heartbeat_at: iso(now - 3e8) }),
    worker('legacy@app-01', { loadavg: null, pid: null, clock_offset_s: null, active: null, processed: null, running: null, software: null, software_version: null, system: null, last_heartbeat_at: null, online_since: null, state: 'unknown', reason: 'no heartbeat was seen, only events of its tasks', answered_at: null, pool: null, slots: null, queues: null, reserved: null, scheduled: null, memory_bytes: null, memory_from: null, done_per_min: null }),
  ]
}

function huge(): Worker[] {
  const now = Date.now()
  const many = Array.from({ length: 200 }, (_, n) => worker(`worker-${n}@${'node'.repeat(1 + (n % 20))}`, { queues: Array.from({ length: 1 + (n % 20) }, (_, q) => `queue-${q}-${'q'.repeat(n % 60)}`), slots: n % 3 === 0 ? 128 : 8, active: n % 9, ...(n % 40 === 7 ? gone(now) : {}), ...(n % 50 === 3 ? { shares_name: true } : {}) }))
  return [...many, worker(`w${'w'.repeat(300)}@host`, { state: 'silent', reason: 'nothing came for 21 s; a solo worker is silent while it is busy' })]
}

const hostile = (): Worker[] => [worker(`${markup}@host`, { queues: [markup], software: markup, reason: markup }), worker('\u202Eevil@host', { state: 'silent', reason: markup })]

export function workers(scenario: Scenario): Workers {
  const items = scenario === 'empty' ? [] : scenario === 'huge' ? huge() : scenario === 'hostile' ? hostile() : rich()
  const by: Record<string, number> = {}
  for (const { state } of items) by[state] = (by[state] ?? 0) + 1
  const alive = items.filter(({ state }) => state !== 'offline' && state !== 'unknown')
  const total = (of: (one: Worker) => number | null) => alive.reduce((sum, one) => sum + (of(one) ?? 0), 0)
  const expected: Workers['expected'] = scenario === 'rich' ? [{ by: 'queue', what: 'email_senders', wanted: 3, online: 2, missing: ['email@mail-03'], never_seen: 0 }, { by: 'name', what: 'default@*', wanted: 2, online: 2, missing: [], never_seen: 0 }] : []
  return { items, by_state: by, expected, slots: total(({ slots }) => slots), busy: total(({ active }) => active), asked_at: items.length > 0 ? iso(Date.now() - 4200) : null }
}

function task(n: number, given: Partial<WorkerTask> = {}): WorkerTask {
  return { id: `e10c44a${n}-5a0e-4f8e-9b1f-000000000000`, name: 'fetch_call_recording', args: '[]', kwargs: `{'recording_id': ${460 + n}}`, queue: 'recordings', priority: 0, redelivered: false, acknowledged: true, pid: 4720 + n, started_at: null, eta: null, retries: 0, state: 'STARTED', received_at: iso(Date.now() - 3000 * n), ...given }
}

type Agent = NonNullable<WorkerDetail['agent']>

/** What the agent of a worker tells, where it has one. */
function agentOf(found: Worker): Agent | null {
  if (found.cpu_from !== 'agent') return null
  const isBad = found.cpu_health === 'critical'
  const children = Array.from({ length: 16 }, (_, n) => ({ pid: 4720 + n, cpu: n === 3 ? null : 0.1 + (n % 5) * 0.2, memory_bytes: n === 3 ? null : 52_000_000 + n * 300_000 }))
  return { at: iso(Date.now() - 3100), source: 'pss', main: { pid: 4711, cpu: 0.02, memory_bytes: 61_200_000 }, children, children_total: 16, files: 214, host_cores: 8, host_cpu: 0.71, host_memory_bytes: 16e9, host_available_bytes: 3.1e9, dropped: isBad ? { progress: 120 } : {}, faults: isBad ? 2 : 0, fault: isBad ? "PermissionError: [Errno 13] Permission denied: '/proc/4723/smaps_rollup'" : null }
}

/** Registered tasks, settings and lists of a worker; more and longer than fits where the world is huge. */
export function workerDetail(scenario: Scenario, name: string): WorkerDetail | null {
  const found = workers(scenario).items.find((one) => one.name === name)
  if (!found) return null
  const now = Date.now()
  const at = iso(now - 4200)
  const isGone = found.state === 'offline'
  const isBare = found.answered_at === null
  const many = scenario === 'huge' ? 300 : 4
  const text = scenario === 'hostile' ? markup : ''
  const items = (count: number, given: (n: number) => Partial<WorkerTask>) => (isGone || isBare ? [] : Array.from({ length: count }, (_, n) => task(n, { ...given(n), ...(text ? { name: text, args: text } : {}) })))
  return {
    worker: found,
    pool: found.pool === null ? null : { kind: found.pool, slots: found.slots, processes: [4720, 4721], max_tasks_per_child: null, soft_time_limit_s: 60, time_limit_s: 120, autoscale_max: null, autoscale_min: null },
    prefetch: isBare ? null : 8,
    started_at: found.online_since,
    active: { at: isBare ? null : at, total: isGone ? null : 2, items: items(2, (n) => ({ started_at: iso(now - 4000 - n * 61_000) })) },
    reserved: { at: isBare ? null : at, total: isGone ? null : many, items: items(many, () => ({ state: 'RECEIVED' })) },
    scheduled: { at: isBare ? null : at, total: isGone ? null : 1200, items: items(2, (n) => ({ state: 'RECEIVED', eta: iso(now + 300_000 + n * 400_000) })) },
    revoked: isBare ? [] : ['0b7fe2d1-5a0e-4f8e-9b1f-000000000000'],
    revoked_total: isBare ? null : 40,
    queues: (found.queues ?? []).map((queue) => ({ name: queue, exchange: queue, exchange_type: 'direct', routing_key: queue, durable: true, max_priority: null })),
    registered: isBare ? [] : Array.from({ length: many }, (_, n) => ({ name: text || `src.workers.tasks.task_${n}`, rate_limit: n % 2 ? '10/m' : null, time_limit: n % 3 ? '30' : null, soft_time_limit: null, max_retries: '3', acks_late: false, runs: n * 11 })),
    conf: isBare ? {} : { broker_url: 'redis://:***@redis.prod:6379/0', task_acks_late: 'True', worker_prefetch_multiplier: '1', note: text || 'x'.repeat(scenario === 'huge' ? 400 : 10) },
    broker: { transport: 'redis', hostname: 'redis.prod' },
    processes: isBare ? [] : [{ pid: 4001, started_at: iso(now - 5e6), last_at: iso(now - 2e6) }, { pid: 4711, started_at: iso(now - 1.9e6), last_at: at }],
    loss: isBare ? null : { expected: 402_118, lost: scenario === 'huge' ? 12 : 0, ratio: scenario === 'huge' ? 0.0004 : 0 },
    ages: isBare ? [] : ['active', 'active_queues', 'conf', 'registered', 'reserved', 'revoked', 'scheduled', 'stats'].map((part) => ({ part, at: part === 'conf' || part === 'registered' ? iso(now - 400_000) : at })),
    expected: [],
    orphaned: isGone ? 3 : 0,
    agent: agentOf(found),
  }
}

export function workerHistory(hours: number): WorkerHistory {
  const now = Math.floor(Date.now() / 10_000) * 10
  const step = hours <= 1 ? 10 : hours <= 24 ? 60 : 480
  const count = Math.min(1500, (hours * 3600) / step)
  const at = Array.from({ length: count }, (_, n) => now - (count - n) * step).filter((_, n) => n < count * 0.4 || n > count * 0.46)
  const wave = (size: number, shift: number) => at.map((_, n) => Math.max(0, Math.round(size * (0.6 + 0.4 * Math.sin(n / 9 + shift)))))
  return { since: iso((now - hours * 3600) * 1000), until: iso(now * 1000), step_s: step, points: { at, active: wave(8, 0), slots: at.map(() => 8), done: wave(30, 1), cpu: at.map((_, n) => 0.4 + 0.2 * Math.sin(n / 7)), memory_bytes: at.map((_, n) => 5e8 + n * 1e6), load: at.map((_, n) => 1.2 + Math.sin(n / 5)) }, cpu_from: 'process', memory_from: 'peak' }
}

export function workersHistory(scenario: Scenario): WorkersHistory {
  const since = Math.floor(Date.now() / 60_000) * 60_000 - 3_540_000
  const items = workers(scenario).items.map(({ name, state }, row) => ({ name, busy: Array.from({ length: 60 }, (_, n) => (state === 'unknown' ? null : state === 'offline' && n > 45 ? 0 : Math.abs(Math.sin((n + row * 7) / 9)))) }))
  return { since: iso(since), step_s: 60, items }
}
