import type { Gaps } from '@/api/types'
import type { ChartGap } from '@/components/chart/types'
import type { Range } from '@/lib/range'

const weekS = 7 * 86_400 - 60
/** Ends that move on with the clock move by so much: a chart that is drawn anew each second tells no more. */
const stepS = 5

/** The span as far as readings are kept: a week. */
export function keptSpan(range: Range, now: number): Range {
  const until = range.live ? Math.ceil(now / stepS) * stepS : range.until
  const since = range.live ? until - (range.until - range.since) : range.since
  return { ...range, since: Math.max(since, until - weekS), until }
}

/** When nobody looked, as charts draw it. */
export const asGaps = (gaps: Gaps | undefined): ChartGap[] =>
  (gaps?.items ?? []).filter(({ kind }) => kind !== 'worker' && kind !== 'dropped').map(({ since, until, reason }) => ({ since: Date.parse(since) / 1000, until: until === null ? null : Date.parse(until) / 1000, reason }))
