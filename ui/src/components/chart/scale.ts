import type { Curve, TimeAxis } from './types'

/** The upper end of an axis for values up to `most`: a round number whose half is round as well. */
export function axisTop(most: number): number {
  if (most <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  return power * ((power === 1 ? [1, 2, 4, 6, 8, 10] : [1, 2, 3, 4, 6, 8, 10]).find((step) => most <= step * power) ?? 10)
}

/** The ends of an axis and its middle, without the middle where it would be written as an end is. */
export const linearTicks = (high: number, write: (value: number) => string): number[] => ([0, high].some((end) => write(end) === write(high / 2)) ? [0, high] : [0, high / 2, high])

const logSteps = [1, 3, 10]

/** Both ends of a logarithmic axis, each of 1, 3, 10, 30, ...: as close around the values as these allow. */
export function logBounds(values: readonly number[]): [low: number, high: number] {
  const known = values.filter((value) => value > 0)
  if (known.length === 0) return [0.1, 1]
  const [least, most] = [Math.min(...known), Math.max(...known)]
  const below = 10 ** Math.floor(Math.log10(least))
  const above = 10 ** Math.floor(Math.log10(most))
  const low = below * (least >= 3 * below ? 3 : 1)
  const high = above * (logSteps.find((step) => most <= step * above) ?? 10)
  return high > low ? [low, high] : [low, low * (Math.round(low / below) === 3 ? 10 / 3 : 3)]
}

/** The round numbers 1, 3, 10, 30, ... from `low` to `high`, every second one where there would be more than six. */
export function logTicks(low: number, high: number): number[] {
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) + 1; power += 1)
    for (const step of [1, 3]) {
      const tick = step * 10 ** power
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick)
    }
  return ticks.length > 6 ? ticks.filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-6) : ticks
}

/** The bucket that holds an instant, null beside all of them. */
export function bucketAt({ starts, stepS, until }: TimeAxis, at: number): number | null {
  const first = starts[0]
  if (first === undefined || at < first || at > until) return null
  const index = Math.floor((at - first) / stepS)
  return index < starts.length ? index : null
}

/** The least part of a bucket that is not over from which its rate can be told. */
const least = 0.25
/** Shorter buckets are left out until they are over: what comes while they are read is too much of them. */
const shortS = 900

/** The part (0 to 1) of a bucket that has passed; below 1 only in the one that is not over. */
export const passed = ({ starts, stepS, until }: TimeAxis, index: number): number => Math.min(1, Math.max(0, (until - (starts[index] ?? 0)) / stepS))

/**
 * Counts as they are drawn: the bucket that is not over is as high as it would be at its rate so far, and as wide as
 * what has passed of it, so that areas stay counts. Too early to tell, it is left out.
 */
export function atTheirRate(axis: TimeAxis, values: readonly (number | null)[]): (number | null)[] {
  return values.map((value, index) => {
    const part = passed(axis, index)
    if (value === null || part === 1) return value
    return part < least || axis.stepS < shortS ? null : value / part
  })
}

/** Layers on each other: of each curve the sum with all before it. Null where any of them is. */
export function stacked(curves: readonly Curve[]): (number | null)[][] {
  let below: (number | null)[] | null = null
  return curves.map(({ values }) => {
    const base: (number | null)[] | null = below
    below = values.map((value, index) => (base === null ? value : value === null || base[index] == null ? null : value + base[index]))
    return below
  })
}

export const known = (values: readonly (number | null)[]): number[] => values.filter((value): value is number => value !== null)
