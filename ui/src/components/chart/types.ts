/** How a line or a layer is drawn: by outcome, or by its rank among lines. */
export type Look = 'succeeded' | 'failed' | 'retried' | 'revoked' | 'rejected' | 'ink' | 'accent' | 'dashed' | 'second' | 'third' | 'fourth' | 'fifth'

/** One value a bucket; null where nobody looked, or where there was nothing to measure. */
export interface Curve {
  name: string
  look: Look
  values: readonly (number | null)[]
}

/** A stretch in which Umbel did not see everything. Epoch seconds; `until` is null while it lasts. */
export interface ChartGap {
  since: number
  until: number | null
  reason: string
}

/** Something that happened at an instant (epoch seconds): a deploy, a restart. */
export interface ChartMark {
  at: number
  label: string
  detail: string
}

/** Values from `warning` on are tinted, up to `critical`. */
export interface ChartBand {
  warning: number
  critical: number
}

/** Buckets of `stepS` seconds that begin at `starts`, drawn between `since` and `until`. Epoch seconds all. */
export interface TimeAxis {
  starts: readonly number[]
  stepS: number
  since: number
  until: number
}
