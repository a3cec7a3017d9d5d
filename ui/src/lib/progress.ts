/** What a running task says about how far it is. `share` is 0 to 1, null where only words are known. */
export interface Progress {
  share: number | null
  note: string | null
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

function first(source: Record<string, unknown>, names: readonly string[]): number | null {
  for (const name of names) {
    const value = number(source[name])
    if (value !== null) return value
  }
  return null
}

function share(source: Record<string, unknown>): number | null {
  const done = first(source, ['current', 'done', 'completed', 'processed', 'n', 'i'])
  const total = first(source, ['total', 'count', 'of'])
  if (done !== null && total !== null && total > 0) return done / total
  const percent = first(source, ['percent', 'percentage', 'pct'])
  if (percent !== null) return percent / 100
  const fraction = first(source, ['progress', 'fraction', 'ratio'])
  if (fraction === null) return null
  return fraction > 1 ? fraction / 100 : fraction
}

/** Reads the usual spellings: current and total, percent, progress; and a message beside them. */
export function progress(source: Record<string, unknown> | null | undefined): Progress | null {
  if (!source) return null
  const value = share(source)
  const words = [source.message, source.status, source.description, source.note].find((w) => typeof w === 'string' && w !== '')
  if (value === null && words === undefined) return null
  return { share: value === null ? null : Math.min(1, Math.max(0, value)), note: typeof words === 'string' ? words : null }
}
