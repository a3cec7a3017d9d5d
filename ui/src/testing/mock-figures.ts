import type { Attention, MetricsLine, MetricsSeries, MetricsTotals, TaskType, TaskTypeRow, TaskTypes } from '@/api/attention'
import type { Facet, SavedViews, TaskCounts, TaskSummary } from '@/api/listing'
import type { TaskRow } from '@/api/types'
import type { TaskWorkflow, WorkflowTask } from '@/api/workflow'

import { attentionOf, concern, sumOf, typeOf, typeRow } from './mock-attention.ts'
import type { World } from './mock-world.ts'

type Test = (row: TaskRow) => boolean

const iso = (ms: number): string => new Date(ms).toISOString()
const columns = 60
const typesInHuge = 2_000
const startOf = (row: TaskRow): number => Date.parse(row.received_at ?? row.sent_at ?? row.updated_at)
const wave = (index: number, mean: number, seed: number): number => Math.max(0, Math.round(mean * (1 + 0.4 * Math.sin(index * 0.4 + seed) + 0.2 * Math.sin(index * 1.7 + seed))))

interface Asked {
  since: number
  until: number
}

function asked(url: URL): Asked {
  const until = Date.parse(url.searchParams.get('until') ?? '') || Date.now()
  return { since: Date.parse(url.searchParams.get('since') ?? '') || until - 3_600_000, until }
}

/** The figures of the pages: along a span, of names, of searches, and what needs attention. They are counted from the rows where that is simple, and made up where it is not. */
export class Figures {
  constructor(
    private readonly world: World,
    private readonly test: (search: string) => Test,
  ) {}

  /** What stands at a path of the API, or undefined where it is not one of these. */
  answer(path: string, url: URL): unknown {
    switch (path) {
      case 'attention':
        return this.attention()
      case 'metrics/series':
        return this.series(url)
      case 'metrics/totals':
        return this.totals(url)
      case 'task-types':
        return this.types(url)
      case 'task-type':
        return this.type(url)
      case 'task-summary':
        return this.summary(url.searchParams.get('search') ?? '')
      case 'task-counts':
        return this.counts(url.searchParams.getAll('search'))
      case 'views':
        return this.views()
      case 'verdicts':
        return { items: [] }
      default:
        return path.startsWith('workflow/') ? this.workflow(decodeURIComponent(path.slice('workflow/'.length))) : undefined
    }
  }

  private hostile(): string {
    return this.world.tasks[0]?.name ?? ''
  }

  private attention(): Attention {
    const { scenario } = this.world
    if (scenario === 'empty') return attentionOf({ status: 'waiting', level: 'unknown', healthy: 0, unknown: 6, tiles: {} })
    if (scenario === 'blind') return attentionOf({ status: 'blind', level: 'critical', critical: 1, healthy: 0, unknown: 11, items: [concern({ code: 'blind', about: 'broker', subject: null, title: 'Umbel cannot reach the broker', text: 'Connection refused. What happened since is not known.', since: iso(Date.now() - 40_000) })], tiles: { success: 'unknown', avg: 'unknown', queue: 'unknown', workers: 'unknown', broker: 'critical' } })
    const growing = concern({ code: 'growing', about: 'queue', subject: 'email_senders', level: 'warning', title: 'email_senders grows', text: '1,204 wait, 38 more each minute; two workers read it.', since: iso(Date.now() - 900_000) })
    if (scenario === 'rich') return attentionOf({ level: 'critical', critical: 1, warning: 1, items: [concern({ since: iso(Date.now() - 7_200_000) }), growing], tiles: { success: 'critical', avg: 'healthy', queue: 'warning', workers: 'healthy', broker: 'healthy' } })
    const name = this.hostile()
    const many = Array.from({ length: 20 }, (_, n) => concern({ subject: name, title: `${name} fails ${90 - n} %`, text: 'long words '.repeat(20), level: n < 12 ? 'critical' : 'warning', since: iso(Date.now() - n * 7e6) }))
    return attentionOf({ level: 'critical', critical: 212, warning: 88, items: many, left_out: 280, tiles: { success: 'critical', avg: 'critical', queue: 'critical', workers: 'critical', broker: 'warning' } })
  }

  /** Figures for a mean of so many tasks a column; nothing is known of the last columns of a blind one. */
  private line(mean: number, seed: number, key: string | null, n: number): MetricsLine {
    const known = this.world.scenario === 'blind' ? n - 8 : n
    const along = <T,>(value: (index: number) => T): (T | null)[] => Array.from({ length: n }, (_, index) => (index < known ? value(index) : null))
    const ended = (index: number): number => wave(index, mean, seed)
    const failed = (index: number): number => Math.round(ended(index) * (index > n * 0.7 ? 0.12 : 0.01))
    const spread = (base: number) => ({ n: along(ended), mean_s: along((i) => base * (1 + 0.2 * Math.sin(i))), p50_s: along((i) => base * 0.8 * (1 + 0.2 * Math.sin(i))), p95_s: along((i) => base * 2.4 * (1 + 0.3 * Math.sin(i + seed))), p99_s: along((i) => base * 4 * (1 + 0.4 * Math.sin(i + seed))) })
    return { key, kind: key === null ? 'total' : 'one', received: along(ended), started: along(ended), succeeded: along((i) => ended(i) - failed(i)), failed: along(failed), retried: along((i) => Math.round(failed(i) / 2)), revoked: along(() => 0), rejected: along(() => 0), ended: along(ended), success_rate: along((i) => (ended(i) === 0 ? null : 1 - failed(i) / ended(i))), run: spread(2.1), wait: spread(0.4) }
  }

  private mean(): number {
    return { empty: 0, huge: 2_400_000, rich: 24, blind: 24, hostile: 24 }[this.world.scenario]
  }

  private series(url: URL): MetricsSeries {
    const { since, until } = asked(url)
    const step = Number(url.searchParams.get('step_s')) || Math.max(60, Math.ceil((until - since) / 1000 / columns / 60) * 60)
    const first = Math.floor(since / 1000 / step) * step * 1000
    const n = Math.min(500, Math.max(1, Math.ceil((until - first) / 1000 / step)))
    const keys = url.searchParams.getAll('key')
    const by = (url.searchParams.get('by') ?? 'total') as MetricsSeries['by'] // asked for by our own pages
    const lines = by === 'total' || keys.length === 0 ? [this.line(this.mean(), 1, null, n)] : keys.map((key, index) => this.line(this.mean() / keys.length, index + 1, key, n))
    return { by, step_s: step, starts: Array.from({ length: n }, (_, index) => iso(first + index * step * 1000)), lines: this.world.scenario === 'empty' ? [] : lines }
  }

  private totals(url: URL): MetricsTotals {
    const { since, until } = asked(url)
    const ended = this.mean() * columns
    const failed = Math.round(ended * 0.04)
    const nothing = { n: 0, mean_s: null, p50_s: null, p95_s: null, p99_s: null }
    const some = sumOf({ received: ended, started: ended, ended, succeeded: ended - failed, failed, retried: Math.round(failed / 2), success_rate: 0.96 })
    const none = sumOf({ received: 0, started: 0, ended: 0, succeeded: 0, failed: 0, retried: 0, success_rate: null, wait: nothing, run: nothing })
    return { by: 'total', since: iso(since), until: iso(until), cut: false, items: [ended === 0 ? none : some] }
  }

  private typeRows(): TaskTypeRow[] {
    const { scenario } = this.world
    const names = this.world.names().items
    const all = scenario === 'huge' ? Array.from({ length: typesInHuge }, (_, n) => ({ name: n === typesInHuge - 1 ? (names[0]?.name ?? '') : n % 5 === 0 ? `${names[0]?.name ?? ''}_${n}` : `shop.orders.tasks.step_${n}`, total: 1 + n * n * 997 })) : names
    return all.map(({ name, total }, n) => typeRow({ name: name, stored: total, received: total, started: total, ended: total, succeeded: total - (n % 3 ? 0 : Math.floor(total / 9)), failed: n % 3 ? 0 : Math.floor(total / 9), retried: n % 4, success_rate: total === 1 && n % 3 ? null : n % 3 ? 1 : 8 / 9, success: n % 3 ? 'healthy' : 'critical', avg: 'healthy', running: n % 7, waiting: n % 5 === 4 ? 1_000_000 : n % 2, workers: n % 11 === 7 ? 0 : 3, run: { n: total, mean_s: 0.013 * 3 ** (n % 12), p50_s: 0.01 * 3 ** (n % 12), p95_s: 0.04 * 3 ** (n % 12), p99_s: 0.07 * 3 ** (n % 12) } })).sort((a, b) => b.stored - a.stored)
  }

  private types(url: URL): TaskTypes {
    const limit = Number(url.searchParams.get('limit') ?? 100)
    const rows = this.typeRows()
    return { since: iso(asked(url).since), until: iso(asked(url).until), items: rows.slice(0, limit), cut: rows.length > limit, others: Math.max(0, rows.length - limit) }
  }

  private type(url: URL): TaskType | undefined {
    const row = this.typeRows().find(({ name }) => name === url.searchParams.get('name'))
    return row && { ...typeOf(row), since: iso(asked(url).since), until: iso(asked(url).until) }
  }

  private summary(search: string): TaskSummary {
    const rows = this.world.tasks.filter(this.test(search))
    const factor = this.world.scenario === 'huge' ? 250_000 : 1
    const facet = (of: (row: TaskRow) => string | null | undefined): Facet => {
      const by = new Map<string | null, number>()
      for (const row of rows) by.set(of(row) ?? null, (by.get(of(row) ?? null) ?? 0) + factor)
      return { exact: factor === 1, others: factor === 1 ? 0 : 1990, items: [...by].map(([value, n]) => ({ value, n })).sort((a, b) => b.n - a.n) }
    }
    const first = Math.min(...rows.map(startOf))
    const step = Math.max(1, Math.ceil((Date.now() - first) / 1000 / columns))
    const cells: { at: string; by_state: Record<string, number> }[] = rows.length === 0 ? [] : Array.from({ length: columns }, (_, index) => ({ at: iso(first + index * step * 1000), by_state: {} }))
    for (const row of rows) {
      const cell = cells[Math.floor((startOf(row) - first) / 1000 / step)]
      if (cell) cell.by_state[row.state] = (cell.by_state[row.state] ?? 0) + factor
    }
    return { complete: factor === 1, covered_until: null, total: { kind: factor === 1 ? 'exact' : 'at_least', value: rows.length * factor }, histogram: { step_s: step, columns: cells }, states: facet(({ state }) => state), names: facet(({ name }) => name), queues: facet(({ queue }) => queue), workers: facet(({ worker }) => worker) }
  }

  private counts(searches: readonly string[]): TaskCounts {
    return { items: searches.map((search) => ({ search, total: { kind: 'exact', value: this.world.tasks.filter(this.test(search)).length } })) }
  }

  private views(): SavedViews {
    if (this.world.scenario === 'empty') return { items: [], why_not: null, why_not_shared: null }
    const view = { owner: 'ann', mine: true, shared: true, made_at: iso(Date.now() - 8e7), sort: null, columns: null }
    const name = this.world.scenario === 'rich' || this.world.scenario === 'blind' ? 'SMS that failed' : this.hostile().slice(0, 80)
    return { items: [{ ...view, id: '1', name, search: 'state:failure name:send_customer_sms' }, { ...view, id: '2', name: 'Night shift', search: 'state:retry', mine: false, owner: 'ben' }], why_not: null, why_not_shared: null }
  }

  /** A chain of two with a chord of eight behind it. */
  private workflow(id: string): TaskWorkflow | undefined {
    const given = this.world.tasks.find((row) => row.id === id)
    if (!given) return undefined
    const near = this.world.tasks.slice(5, 15)
    const tasks: WorkflowTask[] = [given, ...near.filter((row) => row.id !== id)].map((row) => ({ id: row.id, name: row.name, state: row.state, worker: row.worker, exception: row.exception, received_at: row.received_at, sent_at: row.sent_at, started_at: row.started_at, finished_at: row.finished_at, runtime_s: row.runtime_s, retries: row.retries, verdict: row.verdict }))
    const [root = '', second = '', ...rest] = tasks.map((task) => task.id)
    const body = rest.at(-1) ?? ''
    const members = rest.slice(0, -1)
    const by: Record<string, number> = {}
    for (const { state } of tasks) by[state] = (by[state] ?? 0) + 1
    const huge = this.world.scenario === 'huge'
    return {
      root_id: root,
      complete: !huge,
      groups: 'events',
      groups_note: null,
      by_state: huge ? { ...by, SUCCESS: 4_812, STARTED: 180 } : by,
      starts: [root],
      critical: [root, second, members[0] ?? '', body],
      tasks,
      crowds: huge ? [{ name: given.name, by_state: { SUCCESS: 4_812, STARTED: 180, FAILURE: 8 }, first_at: given.received_at, last_at: iso(Date.now()) }] : [],
      bundles: [{ id: 'group-1', group_id: null, is_chord: true, body, size: huge ? 5_000 : members.length, tasks: members, crowds: huge ? [0] : [] }],
      edges: [{ source: root, target: second, link: 'followed' }, ...members.map((target) => ({ source: second, target, link: 'called' as const })), { source: 'group-1', target: body, link: 'joined' }],
    }
  }
}
