import type { ChartGap, Curve, TimeAxis } from './types'

type Counts = readonly (number | null)[]

/** What a line of figures tells, by columns: the shape of the API. */
export interface Line {
  succeeded: Counts
  failed: Counts
  retried: Counts
  revoked: Counts
  rejected: Counts
  run: Times
  wait: Times
}

interface Times {
  p50_s: Counts
  p95_s: Counts
  p99_s: Counts
}

const some = (values: Counts): boolean => values.some((value) => (value ?? 0) > 0)

/** The layers of a stack by outcome, the base first: rare ones only where there are any. */
export function outcomes({ failed, rejected, retried, revoked, succeeded }: Line): Curve[] {
  return [
    { name: 'Failed', look: 'failed', values: failed },
    ...(some(rejected) ? [{ name: 'Rejected', look: 'rejected', values: rejected } as const] : []),
    { name: 'Retried', look: 'retried', values: retried },
    ...(some(revoked) ? [{ name: 'Revoked', look: 'revoked', values: revoked } as const] : []),
    { name: 'Succeeded', look: 'succeeded', values: succeeded },
  ]
}

export const percentiles = ({ p50_s, p95_s, p99_s }: Times): Curve[] => [
  { name: 'p50', look: 'ink', values: p50_s },
  { name: 'p95', look: 'accent', values: p95_s },
  { name: 'p99', look: 'dashed', values: p99_s },
]

const epoch = (iso: string): number => Date.parse(iso) / 1000

export const axisOf = ({ starts, step_s }: { starts: readonly string[]; step_s: number }, since: number, until: number): TimeAxis => ({ starts: starts.map(epoch), stepS: step_s, since, until })

export const gapsOn = (items: readonly { since: string; until: string | null; reason: string }[] | undefined): ChartGap[] =>
  (items ?? []).map(({ since, until, reason }) => ({ since: epoch(since), until: until === null ? null : epoch(until), reason }))

export const sum = (values: Counts): number => values.reduce<number>((total, value) => total + (value ?? 0), 0)
