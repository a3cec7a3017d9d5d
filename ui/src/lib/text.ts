// Task data is hostile text: it may hold control characters, and marks that turn the reading direction.
// eslint-disable-next-line no-control-regex -- these are the characters to make visible
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g
const directions = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const code = (char: string): string => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`

/** Control and direction characters become their escapes, so that they show and do nothing. */
export const harmless = (text: string): string => text.replace(controls, code).replace(directions, code)

/** One line of at most `limit` characters for a cell; line breaks become a mark. */
export function oneLine(text: string, limit = 300): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text
  return harmless(cut.replace(/\r?\n/g, ' ↵ ').replace(/\t/g, ' '))
}

/** `campaigns.tasks.send_batch` -> module `campaigns.tasks.` and last part `send_batch`. */
export function splitName(name: string): { module: string; last: string } {
  const dot = name.lastIndexOf('.')
  return dot < 0 || dot === name.length - 1 || !/^[\w.:-]+$/.test(name) ? { module: '', last: name } : { module: name.slice(0, dot + 1), last: name.slice(dot + 1) }
}

/** Words of the server as a sentence of the page: a capital first, unless it begins with a name, and a full stop last. */
export function sentenceOf(text: string): string {
  const capital = /^[a-z]+[\s,;:]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return /[.!?…]$/.test(capital) || capital === '' ? capital : `${capital}.`
}

export const shortId = (id: string): string => (id.length > 8 ? id.slice(0, 8) : id)
