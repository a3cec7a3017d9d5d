import type { Beat, ExpectedRun, RunMark, ScheduleDetail, ScheduleEntry, Schedules, Timeline } from '@/api/schedules'

import type { Scenario } from './mock-world.ts'

const iso = (ms: number): string => new Date(ms).toISOString()
const markup = '<img src=x onerror="window.hacked=true">\u202Egnp.exe'
const minute = 60_000
const day = 86_400_000
const taskOf = (n: number): string => `${(4096 + n).toString(16)}c44a-5a0e-4f8e-9b1f-000000000000`

/** Due times before `now`, oldest first, each with the verdict that `judge` gives it; 0 is the newest. */
const past = (now: number, everyMs: number, many: number, judge: (back: number) => string): RunMark[] =>
  Array.from({ length: many }, (_, n) => many - n).map((back) => {
    const verdict = judge(back - 1)
    const isLost = verdict === 'missed' || verdict === 'unknown'
    return { due_at: iso(Math.floor(now / everyMs) * everyMs - (back - 1) * everyMs), verdict, task_id: isLost ? null : taskOf(back), took_s: isLost || verdict === 'not_picked_up' || verdict === 'expired' ? null : 0.8 + (back % 7) * 0.3, reason: reasons[verdict] ?? null }
  })

const reasons: Record<string, string> = {
  missed: 'beat was alive and sent other entries, and no message of this one came',
  not_picked_up: 'beat sent it, and queue reports has no worker since 07:58',
  failed: "FTPError('530 Login incorrect')",
  unknown: 'Umbel was blind when it was due',
  expired: 'it expired after 60 s before a worker was free',
}

const runOf = (mark: RunMark): ExpectedRun => {
  const due = Date.parse(mark.due_at)
  const came = mark.took_s !== null
  return { ...mark, sent_at: mark.task_id ? iso(due + 40) : null, received_at: came ? iso(due + 90) : null, started_at: came ? iso(due + 130) : null, ended_at: came ? iso(due + 130 + (mark.took_s ?? 0) * 1000) : null, state: mark.verdict === 'failed' ? 'FAILURE' : came ? 'SUCCESS' : mark.task_id ? 'PENDING' : null, worker: came ? 'default@app-01' : null, client: mark.task_id ? 'celerybeat@app-01' : null, how: mark.task_id ? 'periodic_task_name' : null, others: [] }
}

function entry(name: string, everyMs: number, judge: (back: number) => string = () => 'on_time', given: Partial<ScheduleEntry> = {}): ScheduleEntry {
  const now = Date.now()
  const runs = past(now, everyMs, 60, judge)
  const newest = runs.at(-1)
  const same = [...runs].reverse().findIndex(({ verdict }) => verdict !== newest?.verdict)
  const many = same < 0 ? runs.length : same
  return {
    id: name.toLowerCase().replace(/\W/g, '').slice(0, 24), name, task: `src.workers.${name.replaceAll('-', '_')}`, kind: 'interval', rule: everyMs < 3_600_000 ? `every ${everyMs / minute} minutes` : everyMs < day ? 'every hour' : 'every day at 03:00 UTC', expression: everyMs < day ? `0:${String(everyMs / minute).padStart(2, '0')}:00` : '0 3 * * *', zone: 'UTC', every_s: everyMs / 1000, error: null, args: '()', kwargs: "{'older_than_days': 30}", queue: null, expires_s: null, expires_at: null, enabled: true, one_off: false, starts_at: null, max_runs: null, last_run_at: newest?.due_at ?? null, total_runs: 4821, sources: [{ kind: 'app', place: 'src.celery_app', read_at: iso(now - 12_000) }], first_seen_at: iso(now - 9 * day), changed_at: null, archived_at: null, confidence: null, note: null, verdict: newest?.verdict ?? 'waiting', verdict_since: runs[runs.length - many]?.due_at ?? null, verdict_runs: many, next_due_at: iso(Math.floor(now / everyMs) * everyMs + everyMs), last: newest ? runOf(newest) : null, average_s: 1.7, runs, ...given,
  }
}

const usual = (): ScheduleEntry[] => [
  entry('generate-daily-report', 60 * minute, (back) => (back < 4 ? 'not_picked_up' : 'on_time'), { queue: 'reports' }),
  entry('export-to-accounting', day, (back) => (back < 2 ? 'missed' : 'on_time')),
  entry('sync-ftp', 15 * minute, (back) => (back < 3 ? 'failed' : 'on_time')),
  entry('cleanup-old-recordings', 30 * minute, (back) => (back > 9 && back < 14 ? 'unknown' : 'on_time')),
  entry('check-scheduled-campaigns', minute, (back) => (back % 17 === 3 ? 'late' : 'on_time')),
  entry('archive-recordings', 60 * minute),
  entry('nightly-vacuum', day),
  entry('one-time-migration', day, () => 'on_time', { enabled: false, next_due_at: null, rule: 'once', one_off: true }),
  entry('wrong-crontab', day, () => 'waiting', { runs: [], last: null, error: "'61' is not a minute from 0 to 59", expression: '61 3 * * *', rule: '61 3 * * *', next_due_at: null, verdict: 'waiting', verdict_since: null, verdict_runs: 0, last_run_at: null, average_s: null }),
  entry('refresh_tokens (learnt)', 10 * minute, () => 'on_time', { confidence: 0.94, sources: [{ kind: 'learnt', place: 'what came', read_at: null }] }),
]

const huge = (): ScheduleEntry[] => Array.from({ length: 500 }, (_, n) => entry(`tenant-${n}.${'nightly-'.repeat(n % 40)}import`, n % 3 === 0 ? day : (1 + (n % 30)) * minute, (back) => (n % 40 === 7 && back < 5 ? 'missed' : 'on_time'), { kwargs: `{'body': '${'long text '.repeat(200)}'}` }))
const hostile = (): ScheduleEntry[] => [entry(markup, 15 * minute, (back) => (back < 2 ? 'failed' : 'on_time'), { task: markup, rule: markup, expression: markup, queue: markup, args: markup, kwargs: markup, note: markup, sources: [{ kind: 'redbeat', place: markup, read_at: null }] }), entry(`x${'x'.repeat(300)}`, 60 * minute)]

const troubleOf = ({ verdict, enabled, archived_at: gone, error }: ScheduleEntry): boolean => enabled && !gone && (error !== null || ['missed', 'not_picked_up', 'failed', 'expired', 'too_long', 'duplicate'].includes(verdict))

/** The schedule of a scenario: none, a usual one, one whose beat is not heard, five hundred entries, or hostile names. */
export class ScheduleWorld {
  private readonly entries: ScheduleEntry[]

  constructor(private readonly scenario: Scenario) {
    this.entries = scenario === 'empty' ? [] : scenario === 'huge' ? huge() : scenario === 'hostile' ? hostile() : usual()
  }

  list(search: URLSearchParams): Schedules {
    const text = (search.get('text') ?? '').toLowerCase()
    const show = search.get('show') ?? 'active'
    const found = this.entries.filter((one) => one.name.toLowerCase().includes(text) && (show === 'archived' ? one.archived_at !== null : show === 'troubled' ? troubleOf(one) : true))
    if (search.get('by') !== 'name') found.sort((a, b) => Number(troubleOf(b)) - Number(troubleOf(a)))
    const from = Number(search.get('offset') ?? 0)
    const bad = this.entries.filter(troubleOf)
    const troubles: Record<string, number> = {}
    for (const one of bad) if (!one.error) troubles[one.verdict] = (troubles[one.verdict] ?? 0) + Math.min(one.verdict_runs, 4)
    const counts = { active: this.entries.filter(({ enabled, error }) => enabled && !error).length, archived: 0, bad: this.entries.filter(({ error }) => error).length, in_trouble: bad.filter(({ error }) => !error).length, learnt: this.entries.filter(({ confidence }) => confidence !== null).length, paused: this.entries.filter(({ enabled }) => !enabled).length }
    return { items: found.slice(from, from + Number(search.get('limit') ?? 60)), now: iso(Date.now()), since: search.get('since') ?? iso(Date.now() - day / 2), total: found.length, troubles, summary: { beat: this.beat(), counts, next_due_at: this.entries[0]?.next_due_at ?? null, sources: this.sources(), troubles } }
  }

  detail(id: string): ScheduleDetail | null {
    const found = this.entries.find((one) => one.id === id)
    if (!found) return null
    const step = (found.every_s ?? 3600) * 1000
    const next = found.next_due_at
    return { entry: found, beat: this.beat(), gaps: [], history: [...found.runs].reverse().map(runOf), next: null, now: iso(Date.now()), upcoming: next ? Array.from({ length: 5 }, (_, n) => iso(Date.parse(next) + n * step)) : [] }
  }

  timeline(): Timeline {
    const now = Date.now()
    const [since, until] = [now - 12 * 3_600_000, now + 24 * 3_600_000]
    const rows = this.entries.slice(0, 40).map((one) => {
      const step = (one.every_s ?? 3600) * 1000
      const isDense = step < 30 * minute
      const toCome = one.next_due_at && !isDense ? Array.from({ length: 60 }, (_, n) => Date.parse(one.next_due_at ?? '') + n * step).filter((at) => at < until) : []
      return { id: one.id, name: one.name, task: one.task, dense: isDense, runs: one.runs.filter(({ due_at: at }) => Date.parse(at) > since), to_come: toCome.map(iso) }
    })
    const gaps: Timeline['gaps'] = this.scenario === 'empty' ? [] : [{ kind: 'link', since: iso(now - 6.9 * 3_600_000), until: iso(now - 4.9 * 3_600_000), reason: 'Connection reset by peer', worker: null, events: null }]
    return { rows, since: iso(since), until: iso(until), now: iso(now), gaps, cut: false, collisions: rows.length > 4 ? [{ at: iso(Math.ceil(now / day) * day + 3 * 3_600_000), entries: 2, names: ['export-to-accounting', 'nightly-vacuum'] }] : [], left_out: Math.max(0, this.entries.length - rows.length) }
  }

  private beat(): Beat {
    const now = Date.now()
    if (this.scenario === 'empty') return { state: 'none', text: 'no beat is known', at_once: false, last_at: null, processes: [], since: null, skew_s: null, ticked_at: null }
    const isLost = this.scenario === 'blind'
    const process = { client: 'celerybeat@app-01', host: 'app-01', how: 'agent', first_at: iso(now - 9 * day), last_at: iso(now - 14_000), sends: 48_211, clock_offset_s: 0.02, ticked_at: iso(now - 3000) }
    return { state: isLost ? 'unknown' : 'alive', text: isLost ? 'whether beat sends cannot be told: Umbel has no link to the broker' : 'beat on app-01 sends', at_once: false, last_at: process.last_at, processes: [process], since: process.first_at, skew_s: 0.02, ticked_at: process.ticked_at }
  }

  private sources(): Schedules['summary']['sources'] {
    const at = iso(Date.now() - 12_000)
    if (this.scenario === 'empty') return []
    const redbeat = { kind: 'redbeat', place: 'redis://:***@redis.prod:6379/0', read_at: null, tried_at: at, entries: 0, note: null, error: this.scenario === 'blind' ? 'ConnectionError: Connection refused' : null }
    return [{ kind: 'app', place: 'src.celery_app, told by default@app-01', read_at: at, tried_at: at, entries: this.entries.length, note: null, error: null }, ...(this.scenario === 'blind' ? [redbeat] : [])]
  }
}
