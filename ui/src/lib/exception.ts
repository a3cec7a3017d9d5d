/** An exception as a list shows it: the message first, then the class. */
export interface Thrown {
  type: string
  message: string
}

const called = /^([A-Za-z_][\w.]*)\((.*)\)$/s
const spelled = /^([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Timeout|Exceeded|[A-Z]\w*)): (.*)$/s
const bare = /^([A-Za-z_][\w.]*)$/
const firstString = /^(?:[urbURB]{0,2})('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/s

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(['"\\nt])/g, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char))
}

/** Reads `ValueError('boom')`, `module.Error: boom` or a plain text (then without a class). */
export function thrown(text: string): Thrown {
  const trimmed = text.trim()
  const call = called.exec(trimmed)
  if (call) {
    const [, type = '', inside = ''] = call
    const string = firstString.exec(inside)
    const message = string?.[1] ? unquoted(string[1]) : inside.replace(/,$/, '')
    return { type: lastPart(type), message: message || lastPart(type) }
  }
  const line = spelled.exec(trimmed)
  if (line) return { type: lastPart(line[1] ?? ''), message: line[2] ?? '' }
  if (bare.test(trimmed)) return { type: lastPart(trimmed), message: lastPart(trimmed) }
  return { type: '', message: trimmed }
}
