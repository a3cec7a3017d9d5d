import type { Range } from './range'

/** Words for a span as part of a sentence: `the last hour`, `this time`. */
export const spanWords = ({ label }: Range): string => (label === null ? 'this time' : label.replace('Last', 'the last'))

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
const ages: Partial<Record<string, string>> = { 'Last 15 minutes': '-15m', 'Last hour': '-1h', 'Last 3 hours': '-3h', 'Last 12 hours': '-12h', 'Last 24 hours': '-24h', 'Last 7 days': '-7d', 'Last 30 days': '-30d' }

/** The part of a search that keeps to a span, by when tasks ended. */
export function finishedIn({ label, since, until }: Range): string {
  const age = label === null ? undefined : ages[label]
  return age ? `finished:>${age}` : `finished:>${iso(since)} finished:<${iso(until)}`
}
