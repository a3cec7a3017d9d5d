import { parseRepr, type Value } from './repr'

function brief(value: Value): string {
  switch (value.kind) {
    case 'gap':
      return '…'
    case 'atom':
    case 'opaque':
      return value.text
    case 'string':
      return value.bytes ? `b"${value.text}"` : /^[\w@.+:/-]+$/.test(value.text) ? value.text : `"${value.text}"`
    case 'list':
      return `${value.open}${value.items.map(brief).join(', ')}${value.close}`
    case 'dict':
      return `{${value.entries.map(([k, v]) => `${brief(k)}: ${brief(v)}`).join(', ')}}`
    case 'call':
      return `${value.name}(${[...value.items.map(brief), ...value.entries.map(([k, v]) => `${k}=${brief(v)}`)].join(', ')})`
  }
}

/** Positional arguments for a line: `88, 21`; null where they are none. */
function positional(text: string | null | undefined): string | null {
  if (!text || text === '()' || text === '[]') return null
  const value = parseRepr(text)
  if (value?.kind !== 'list') return text
  return value.items.map(brief).join(', ') || null
}

/** Keyword arguments for a line: `campaign_id=88, size=500`. */
function keyword(text: string | null | undefined): string | null {
  if (!text || text === '{}') return null
  const value = parseRepr(text)
  if (value?.kind !== 'dict') return text
  return value.entries.map(([k, v]) => (k.kind === 'gap' ? '…' : `${k.kind === 'string' ? k.text : brief(k)}=${brief(v)}`)).join(', ') || null
}

/** A task's arguments as one line, as a call would read: `88, size=500`. Null where nothing is known of them. */
export function argumentLine(args: string | null | undefined, kwargs: string | null | undefined): string | null {
  if (args == null && kwargs == null) return null
  // a cell shows the start only: long texts are cut before they are parsed
  const short = (text: string | null | undefined): string | null => (text ? text.slice(0, 2000) : null)
  return [positional(short(args)), keyword(short(kwargs))].filter((part) => part !== null).join(', ')
}
