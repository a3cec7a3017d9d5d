/** A span of time that a page is about. Its end moves on with the clock while it is `live`. */
export interface Range {
  /** Epoch seconds. */
  since: number
  until: number
  live: boolean
  /** `Last 3 hours`; null for one that was chosen by its ends. */
  label: string | null
}

/** What the address says of it: one of the names, or both ends. */
export interface RangeSearch {
  range?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

const minute = 60
const hour = 3_600
const day = 86_400

export const presets = [
  { name: '15m', label: 'Last 15 minutes', seconds: 15 * minute },
  { name: '1h', label: 'Last hour', seconds: hour },
  { name: '3h', label: 'Last 3 hours', seconds: 3 * hour },
  { name: '12h', label: 'Last 12 hours', seconds: 12 * hour },
  { name: '24h', label: 'Last 24 hours', seconds: day },
  { name: '7d', label: 'Last 7 days', seconds: 7 * day },
  { name: '30d', label: 'Last 30 days', seconds: 30 * day },
] as const

export const usualRange = '1h'
const shortest = minute

const epoch = (text: string | undefined): number | null => {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? null : ms / 1000
}

/** What the address says, without what cannot be: an unknown name, an end before its beginning, half a pair. */
export function rangeSearch(given: Record<string, unknown>): RangeSearch {
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  const [from, to] = [text(given.from), text(given.to)]
  const [since, until] = [epoch(from), epoch(to)]
  if (since !== null && until !== null && until - since >= shortest) return { from, to }
  return { range: presets.find(({ name }) => name === given.range)?.name }
}

/** The span that the address says, at the instant `now` (epoch seconds). */
export function rangeAt(search: RangeSearch, now: number, usual: string = usualRange): Range {
  const [since, until] = [epoch(search.from), epoch(search.to)]
  if (since !== null && until !== null) return { since, until, live: false, label: null }
  const preset = presets.find(({ name }) => name === (search.range ?? usual)) ?? presets[1]
  return { since: now - preset.seconds, until: now, live: true, label: preset.label }
}

const iso = (seconds: number): string => new Date(Math.round(seconds) * 1000).toISOString().replace('.000Z', 'Z')

/** How the address says a span that was drawn; one that is too short is widened around its middle. */
export function chosen(since: number, until: number): RangeSearch {
  const missing = Math.max(0, shortest - (until - since)) / 2
  return { range: undefined, from: iso(since - missing), to: iso(until + missing) }
}

/** The parameters of the API for a span. */
export const interval = ({ since, until }: Range): { since: string; until: string } => ({ since: iso(since), until: iso(until) })

/** How often what is live is worth reading anew, in milliseconds: a 200th of it, between 5 s and a minute. */
export const refreshMs = ({ since, until, live }: Range): number | false => (live ? Math.min(60, Math.max(5, (until - since) / 200)) * 1000 : false)
