/** A piece of a search text with its place in it. `term` is `field:value`; everything else is words. */
export interface Token {
  start: number
  end: number
  text: string
  kind: 'term' | 'word' | 'operator'
  negated: boolean
  field: string | null
  value: string
}

const piece = /\(|\)|-?(?:[A-Za-z_][\w.]*:(?:[<>=!]*(?:"(?:[^"\\]|\\.)*"?|[^\s()",]+)(?:,(?:"(?:[^"\\]|\\.)*"?|[^\s()",]*))*)?|"(?:[^"\\]|\\.)*"?|[^\s()]+)/g
const term = /^(-?)([A-Za-z_][\w.]*):(.*)$/s

export const fields = [
  { name: 'state', hint: 'failure,retry' },
  { name: 'name', hint: 'campaigns.*' },
  { name: 'worker', hint: 'celery@host' },
  { name: 'queue', hint: 'default' },
  { name: 'args', hint: 'text in the arguments' },
  { name: 'kwargs', hint: 'kwargs.escalation_id:789' },
  { name: 'exception', hint: '"rate limit"' },
  { name: 'result', hint: 'text in the result' },
  { name: 'runtime', hint: '>5s' },
  { name: 'wait', hint: '>1m' },
  { name: 'retries', hint: '>0' },
  { name: 'received', hint: '>-2h' },
  { name: 'started', hint: '>-10m' },
  { name: 'finished', hint: '>-1d' },
  { name: 'id', hint: 'a whole id or id*' },
  { name: 'root', hint: 'id of the first task' },
  { name: 'parent', hint: 'id of the caller' },
] as const

export function tokens(text: string): Token[] {
  return [...text.matchAll(piece)].map((found) => {
    const [whole] = found
    const start = found.index
    const at = { start, end: start + whole.length, text: whole }
    if (whole === '(' || whole === ')' || whole === 'OR') return { ...at, kind: 'operator', negated: false, field: null, value: whole }
    const parts = term.exec(whole)
    if (parts) return { ...at, kind: 'term', negated: parts[1] === '-', field: parts[2]?.toLowerCase() ?? '', value: parts[3] ?? '' }
    const negated = whole.startsWith('-') && whole.length > 1
    return { ...at, kind: 'word', negated, field: null, value: negated ? whole.slice(1) : whole }
  })
}

/** OR and parentheses cannot be shown as a row of chips: then the text stays a text. */
export const isFlat = (text: string): boolean => tokens(text).every((t) => t.kind !== 'operator')

/** Splits a text into leading chips and the rest that is still being written. */
export function chips(text: string): { chips: Token[]; rest: string } {
  if (!isFlat(text)) return { chips: [], rest: text }
  const all = tokens(text)
  const count = all.findIndex((t) => t.kind !== 'term' || t.value === '')
  const done = count < 0 ? all : all.slice(0, count)
  return { chips: done, rest: text.slice(done.at(-1)?.end ?? 0).trimStart() }
}

export const join = (parts: readonly string[]): string => parts.filter((p) => p !== '').join(' ')

const without = (text: string, start: number, end: number): string => join([text.slice(0, start).trim(), text.slice(end).trim()])

export const removeToken = (text: string, token: Token): string => without(text, token.start, token.end)

const stateTerm = (text: string): Token | undefined =>
  isFlat(text) ? tokens(text).find((t) => (t.field === 'state' || t.field === 'is') && !t.negated && !/[<>*"!]/.test(t.value)) : undefined

/** The states that a text asks for, in upper case. */
export const statesIn = (text: string): string[] => stateTerm(text)?.value.split(',').filter(Boolean).map((s) => s.toUpperCase()) ?? []

/** Adds a state to the search, or takes it out; the rest of the text stays as it is. */
export function toggleState(text: string, state: string): string {
  const token = stateTerm(text)
  const now = statesIn(text)
  const next = now.includes(state) ? now.filter((s) => s !== state) : [...now, state]
  const made = next.length > 0 ? `state:${next.map((s) => s.toLowerCase()).join(',')}` : ''
  if (token) return join([text.slice(0, token.start).trim(), made, text.slice(token.end).trim()])
  return isFlat(text) ? join([made, text]) : join([made, `(${text})`])
}

/** The values of a condition, without the quotes they had to have. */
export const splitValues = (value: string): string[] => [...value.matchAll(/"((?:[^"\\]|\\.)*)"|[^,]+/g)].map(([bare, quoted]) => (quoted === undefined ? bare : quoted.replace(/\\(.)/gs, '$1')))

const aliases: Partial<Record<string, string>> = { task: 'name' }

const termOf = (text: string, field: string): Token | undefined =>
  field === 'state' ? stateTerm(text) : isFlat(text) ? tokens(text).find((t) => t.kind === 'term' && (aliases[t.field ?? ''] ?? t.field) === field && !t.negated && !/^[<>!=]/.test(t.value)) : undefined

/** The values that a text asks for in one field, as they were written: states in upper case. */
export const valuesOf = (text: string, field: string): string[] => (field === 'state' ? statesIn(text) : splitValues(termOf(text, field)?.value ?? ''))

/** Adds a value of a field to the search, or takes it out; the rest of the text stays as it is. */
export function toggleValue(text: string, field: string, value: string): string {
  if (field === 'state') return toggleState(text, value)
  const token = termOf(text, field)
  const now = valuesOf(text, field)
  const next = now.includes(value) ? now.filter((v) => v !== value) : [...now, value]
  const made = next.length > 0 ? `${field}:${next.map(quote).join(',')}` : ''
  if (token) return join([text.slice(0, token.start).trim(), made, text.slice(token.end).trim()])
  return isFlat(text) ? join([text, made]) : join([made, `(${text})`])
}

/** The text without its condition on a field. */
export const withoutField = (text: string, field: string): string => {
  const token = termOf(text, field)
  return token ? removeToken(text, token) : text
}

/** Sets what the text says of when: `after:` and `before:` with these instants, or neither. */
export function withTime(text: string, since: string | null, until: string | null): string {
  const times = [since === null ? '' : `after:${since}`, until === null ? '' : `before:${until}`]
  if (!isFlat(text)) return join([...times, since === null && until === null ? text : `(${text})`])
  const rest = tokens(text).filter((t) => t.negated || (t.field !== 'after' && t.field !== 'before'))
  return join([...rest.map((t) => t.text), ...times])
}

/** When a text asks for, in epoch milliseconds; null for an end that is open. What is relative is left to the server. */
export function timeIn(text: string): { since: number | null; until: number | null } {
  const at = (field: string): number | null => {
    const value = isFlat(text) ? tokens(text).find((t) => t.field === field && !t.negated)?.value : undefined
    const ms = value === undefined ? Number.NaN : Date.parse(value)
    return Number.isNaN(ms) ? null : ms
  }
  return { since: at('after'), until: at('before') }
}

export const withoutStates = (text: string): string => {
  const token = stateTerm(text)
  return token ? removeToken(text, token) : text
}

/** Writes a value so that it is read back as one: quoted where it has to be. */
export const quote = (value: string): string => (/^[\w.@*/+-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`)

/** The token that an error's position points at: the one that holds it, else the last before it. */
export function tokenAt(text: string, position: number): Token | null {
  const all = tokens(text)
  return all.find((t) => position >= t.start && position < t.end) ?? all.filter((t) => t.end <= position).at(-1) ?? all.at(-1) ?? null
}
