/** A Python value as its `repr` tells it. `opaque` is anything that is not a literal; `gap` is Celery's `...`. */
export type Value =
  | { kind: 'atom'; text: string; type: 'number' | 'constant' }
  | { kind: 'string'; text: string; bytes: boolean; cut: boolean }
  | { kind: 'list'; open: string; close: string; items: Value[]; cut: boolean }
  | { kind: 'dict'; entries: [Value, Value][]; cut: boolean }
  | { kind: 'call'; name: string; items: Value[]; entries: [string, Value][]; cut: boolean }
  | { kind: 'opaque'; text: string }
  | { kind: 'gap' }

const limits = { text: 400_000, depth: 40, nodes: 20_000 }
const number = /[+-]?(?:0[xob][\da-f_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:e[+-]?\d+)?\.?(?:[+-][\d.]+(?:e[+-]?\d+)?j|j)?)/iy
const word = /[A-Za-z_][\w.]*/y
const prefix = /(?:[bu]|[rR]|br|rb)?(?='|")/iy
const constants = new Set(['None', 'True', 'False', 'nan', 'inf', 'true', 'false', 'null', 'NaN', 'Infinity', 'Ellipsis'])
const closers: Record<string, string> = { '[': ']', '(': ')', '{': '}' }

class Unreadable extends Error {}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"', '\n': '' }

function unescape(text: string): string {
  return text.replace(/\\(x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|[\s\S])/gi, (whole, code: string) => {
    if (code.length > 1) {
      const point = Number.parseInt(code.slice(1), 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole
    }
    return escapes[code] ?? whole
  })
}

class Reader {
  at = 0
  nodes = 0

  constructor(readonly source: string) {}

  get char(): string {
    return this.source[this.at] ?? ''
  }

  get done(): boolean {
    return this.at >= this.source.length
  }

  space(): void {
    while (/\s/.test(this.char) && !this.done) this.at += 1
  }

  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.source)
    if (!found) return null
    this.at += found[0].length
    return found[0]
  }

  eat(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  value(depth = 0): Value {
    this.nodes += 1
    if (depth > limits.depth || this.nodes > limits.nodes) throw new Unreadable()
    this.space()
    if (this.eat('...') || this.eat('…')) return { kind: 'gap' }
    const quoted = this.take(prefix)
    if (quoted !== null) return this.string(quoted)
    if (this.char === '{') return this.braces(depth)
    if (this.char === '[' || this.char === '(') return this.list(depth)
    if (this.char === '<') return this.angle()
    return this.plain(depth)
  }

  string(start: string): Value {
    const quote = this.char
    const bytes = /b/i.test(start)
    const raw = /r/i.test(start)
    this.at += 1
    const from = this.at
    while (!this.done && this.char !== quote) this.at += this.char === '\\' ? 2 : 1
    const inside = this.source.slice(from, this.at)
    const closed = this.eat(quote)
    const cut = !closed || inside.endsWith('...')
    return { kind: 'string', text: raw ? inside : unescape(inside), bytes, cut }
  }

  /** Reads values up to `close`; the end of the text counts as a cut, since workers cut long reprs. */
  items(close: string, read: () => void): boolean {
    for (;;) {
      this.space()
      if (this.eat(close)) return false
      if (this.done) return true
      read()
      this.space()
      if (!this.eat(',') && this.at < this.source.length && !this.source.startsWith(close, this.at)) throw new Unreadable()
    }
  }

  list(depth: number): Value {
    const open = this.char
    const close = closers[open] ?? ']'
    this.at += 1
    const items: Value[] = []
    const cut = this.items(close, () => items.push(this.value(depth + 1)))
    return { kind: 'list', open, close, items, cut: cut || items.some((i) => i.kind === 'gap') }
  }

  braces(depth: number): Value {
    this.at += 1
    const entries: [Value, Value][] = []
    const items: Value[] = []
    const cut = this.items('}', () => {
      const key = this.value(depth + 1)
      this.space()
      if (this.eat(':')) entries.push([key, this.done ? { kind: 'gap' } : this.value(depth + 1)])
      else items.push(key)
    })
    const gaps = cut || items.some((i) => i.kind === 'gap') || entries.some(([k, v]) => k.kind === 'gap' || v.kind === 'gap')
    if (entries.length === 0 && items.length > 0) return { kind: 'list', open: '{', close: '}', items, cut: gaps }
    return { kind: 'dict', entries, cut: gaps }
  }

  angle(): Value {
    const from = this.at
    let open = 0
    while (!this.done) {
      if (this.char === '<') open += 1
      if (this.char === '>') open -= 1
      this.at += 1
      if (open === 0) break
    }
    return { kind: 'opaque', text: this.source.slice(from, this.at) }
  }

  plain(depth: number): Value {
    const digits = this.take(number)
    if (digits) return { kind: 'atom', text: digits, type: 'number' }
    const name = this.take(word) ?? (this.eat('-') ? '-' + (this.take(word) ?? '') : null)
    if (name === null) throw new Unreadable()
    if (this.char === '(') return this.call(name, depth)
    if (constants.has(name) || name === '-inf') return { kind: 'atom', text: name, type: 'constant' }
    return { kind: 'opaque', text: name }
  }

  call(name: string, depth: number): Value {
    this.at += 1
    const items: Value[] = []
    const entries: [string, Value][] = []
    const cut = this.items(')', () => {
      const key = /([A-Za-z_]\w*)=(?!=)/y
      const found = this.take(key)
      if (found) entries.push([found.slice(0, -1), this.value(depth + 1)])
      else items.push(this.value(depth + 1))
    })
    return { kind: 'call', name, items, entries, cut }
  }
}

/** Reads a Python `repr` (or JSON) without running anything; null where it is not understood: then show the raw text. */
export function parseRepr(text: string): Value | null {
  if (text.length > limits.text || text.trim() === '') return null
  const reader = new Reader(text)
  try {
    const value = reader.value()
    reader.space()
    if (reader.eat('...') || reader.eat('…')) reader.space()
    return reader.done ? value : null
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

/** Is a part of this value missing, at any depth? */
export function isCut(value: Value): boolean {
  switch (value.kind) {
    case 'gap':
      return true
    case 'string':
      return value.cut
    case 'list':
      return value.cut || value.items.some(isCut)
    case 'dict':
      return value.cut || value.entries.some(([k, v]) => isCut(k) || isCut(v))
    case 'call':
      return value.cut || value.items.some(isCut) || value.entries.some(([, v]) => isCut(v))
    default:
      return false
  }
}
