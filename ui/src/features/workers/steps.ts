import type { WorkerHistory } from '@/api/workers'
import type { TimeAxis } from '@/components/chart/types'

type Values = readonly (number | null)[]

export interface Steps {
  axis: TimeAxis
  /** What is true until the next look. */
  level: (values: Values) => (number | null)[]
  /** What grew between two looks, as a rate a minute. */
  perMinute: (values: Values) => (number | null)[]
}

/** A worker is asked each ten or thirty seconds: what it said holds until then, and after that nobody knows. */
const heldS = 95
const least = 4
const seconds = (iso: string): number => Date.parse(iso) / 1000

/** Lays the looks of a history on even steps, so that lines break where nobody looked. */
export function steps({ points: { at }, since, until, step_s: stepS }: WorkerHistory): Steps {
  const held = Math.max(heldS, least * stepS)
  const first = Math.floor(seconds(since) / stepS) * stepS
  const count = Math.max(0, Math.ceil((seconds(until) - first) / stepS))
  const starts = Array.from({ length: count }, (_, index) => first + index * stepS)
  const spread = (value: (index: number) => number | null): (number | null)[] => {
    let index = -1
    return starts.map((start) => {
      while (index + 1 < at.length && (at[index + 1] ?? 0) < start + stepS) index += 1
      const seen = at[index]
      return seen === undefined || start - seen >= held ? null : value(index)
    })
  }
  const rate = (values: Values) => (index: number) => {
    const [grown, before, seen] = [values[index] ?? null, at[index - 1], at[index]]
    return grown === null || before === undefined || seen === undefined ? null : (grown * 60) / (seen - before)
  }
  return { axis: { starts, stepS, since: seconds(since), until: seconds(until) }, level: (values) => spread((index) => values[index] ?? null), perMinute: (values) => spread(rate(values)) }
}
