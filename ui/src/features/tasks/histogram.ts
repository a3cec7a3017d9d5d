import type { MetricsSeries, TaskSummary } from '@/api/listing'
import type { TaskNames } from '@/api/types'
import { isFlat, statesIn, tokens, valuesOf } from '@/lib/search-text'

/** One column: how many tasks, by what became of them. Null where nobody looked. */
export interface Bar {
  /** Epoch seconds. */
  at: number
  failed: number | null
  retried: number | null
  succeeded: number | null
  other: number | null
}

export interface Bars {
  stepS: number
  bars: readonly Bar[]
}

/** Whose figures tell what a search finds: kept by the minute, so that they cost nothing however many tasks there are. */
export interface Kept {
  by: 'total' | 'name' | 'queue' | 'worker'
  keys: readonly string[]
}

const most = 50
const steps = [60, 300, 900, 3_600, 21_600, 86_400, 604_800] as const
const barsAtMost = 200

/** The shortest step of the kept figures with which an interval has room (seconds both). */
export const stepFor = (seconds: number): number => steps.find((step) => seconds / step <= barsAtMost) ?? 604_800

function known(field: string, value: string, names: TaskNames | undefined): string[] | null {
  if (/[*"]/.test(value)) return null
  if (field !== 'name') return [value]
  if (!names || names.cut) return null
  const low = value.toLowerCase()
  return names.items.map(({ name }) => name).filter((name) => name.toLowerCase() === low || name.toLowerCase().endsWith(`.${low}`))
}

/** The figures that tell a search: of everything, or of names, queues or workers alone; null where only the tasks can. */
export function keptFor(search: string, names: TaskNames | undefined): Kept | null {
  if (!isFlat(search)) return null
  const rest = tokens(search).filter(({ field, negated }) => negated || (field !== 'state' && field !== 'after' && field !== 'before'))
  const [only, ...more] = rest
  if (statesIn(search).some((state) => !['FAILURE', 'SUCCESS', 'RETRY'].includes(state))) return null
  if (!only) return { by: 'total', keys: [] }
  const field = only.field === 'task' ? 'name' : only.field
  if (more.length > 0 || only.negated || (field !== 'name' && field !== 'queue' && field !== 'worker')) return null
  const keys = valuesOf(only.text, field).map((value) => known(field, value, names))
  if (keys.some((one) => one === null)) return null
  const all = [...new Set(keys.flatMap((one) => one ?? []))]
  return all.length > 0 && all.length <= most ? { by: field, keys: all } : null
}

const sum = (values: readonly (number | null | undefined)[]): number | null => (values.some((value) => value == null) || values.length === 0 ? null : values.reduce<number>((all, value) => all + (value ?? 0), 0))

/** Columns from figures: what ended in each stretch. States that the search does not ask for are left out. */
export function fromSeries({ step_s: stepS, starts, lines }: MetricsSeries, states: readonly string[]): Bars {
  const asks = (state: string): boolean => states.length === 0 || states.includes(state)
  const bars = starts.map((start, index): Bar => {
    const of = (pick: (line: MetricsSeries['lines'][number]) => readonly (number | null)[]): number | null => sum(lines.map((line) => pick(line)[index]))
    const ended = of(({ revoked }) => revoked)
    return {
      at: Date.parse(start) / 1000,
      failed: asks('FAILURE') ? of(({ failed }) => failed) : 0,
      retried: asks('RETRY') ? of(({ retried }) => retried) : 0,
      succeeded: asks('SUCCESS') ? of(({ succeeded }) => succeeded) : 0,
      other: states.length === 0 ? sum([ended, of(({ rejected }) => rejected)]) : 0,
    }
  })
  return { stepS, bars }
}

/** Columns from the tasks themselves, between the first and the last of them. */
export function fromSummary({ histogram }: TaskSummary): Bars {
  const stepS = histogram.step_s
  const known = new Map(histogram.columns.map(({ at, by_state: by }) => [Date.parse(at) / 1000, by]))
  const [first, last] = [histogram.columns[0], histogram.columns.at(-1)]
  if (!first || !last) return { stepS, bars: [] }
  const [from, to] = [Date.parse(first.at) / 1000, Date.parse(last.at) / 1000]
  const count = Math.min(200, Math.round((to - from) / stepS) + 1)
  const bars = Array.from({ length: count }, (_, index): Bar => {
    const at = from + index * stepS
    const { FAILURE = 0, RETRY = 0, SUCCESS = 0, ...others } = known.get(at) ?? {}
    return { at, failed: FAILURE, retried: RETRY, succeeded: SUCCESS, other: Object.values(others).reduce((all, n) => all + n, 0) }
  })
  return { stepS, bars }
}

export const total = ({ failed, retried, succeeded, other }: Bar): number | null => (failed === null || retried === null || succeeded === null ? null : failed + retried + succeeded + (other ?? 0))

/** The part of the columns (0 to 1, from the left) that an interval of epoch milliseconds covers; null for all of them. */
export function share({ bars, stepS }: Bars, since: number | null, until: number | null): [number, number] | null {
  const first = bars[0]
  if (!first || (since === null && until === null)) return null
  const long = bars.length * stepS
  const at = (ms: number | null, open: number): number => (ms === null ? open : Math.min(1, Math.max(0, (ms / 1000 - first.at) / long)))
  const [from, to] = [at(since, 0), at(until, 1)]
  return to > from ? [from, to] : null
}

/** The interval of whole columns between two places (0 to 1), as the search says it. */
export function span({ bars, stepS }: Bars, from: number, to: number): { since: string; until: string } | null {
  const first = bars[0]
  if (!first) return null
  const [low, high] = from < to ? [from, to] : [to, from]
  const begin = Math.min(bars.length - 1, Math.max(0, Math.floor(low * bars.length)))
  const end = Math.max(begin + 1, Math.min(bars.length, Math.ceil(high * bars.length)))
  const iso = (index: number): string => new Date((first.at + index * stepS) * 1000).toISOString().replace('.000Z', 'Z')
  return { since: iso(begin), until: iso(end) }
}
