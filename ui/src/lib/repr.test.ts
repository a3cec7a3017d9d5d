import { describe, expect, it } from 'vitest'

import { isCut, parseRepr, type Value } from './repr'

/** A value as plain JavaScript, for short expectations. */
function plain(value: Value | null): unknown {
  if (value === null) return undefined
  switch (value.kind) {
    case 'gap':
      return '…'
    case 'string':
      return value.text
    case 'list':
      return value.items.map(plain)
    case 'dict':
      return Object.fromEntries(value.entries.map(([k, v]) => [String(plain(k)), plain(v)]))
    case 'call':
      return { [value.name]: [...value.items.map(plain), ...value.entries.map(([k, v]) => [k, plain(v)])] }
    default:
      return value.text
  }
}

describe('parseRepr', () => {
  it.each([
    ['()', []],
    ['(1,)', ['1']],
    ["{'a': [1, -2.5e3, None], 'b': (True, False)}", { a: ['1', '-2.5e3', 'None'], b: ['True', 'False'] }],
    ['{"json": true, "n": null}', { json: 'true', n: 'null' }],
    ["'it\\'s \\u00e9\\n\\x41'", "it's é\nA"],
    ['b"raw\\x00"', 'raw\0'],
    ["{1, 2}", ['1', '2']],
    ["datetime.datetime(2024, 1, 1, tzinfo=<UTC>)", { 'datetime.datetime': ['2024', '1', '1', ['tzinfo', '<UTC>']] }],
    ['<Foo object at 0x7f> ', '<Foo object at 0x7f>'],
    ['[(1+2j), 1 2]', undefined],
    ['(1+2j)', ['1+2j']],
    ['[nan, -inf, 2j]', ['nan', '-inf', '2j']],
    ["UUID('abc')", { UUID: ['abc'] }],
    ['OrderedDict()', { OrderedDict: [] }],
  ])('reads %s', (text, expected) => {
    expect(plain(parseRepr(text))).toEqual(expected)
  })

  it.each(['', '   ', '(', 'a b', '{1: 2', '}', ')(', "foo'bar'", '[1 2}'])('never throws on %j', (text) => {
    expect(() => parseRepr(text)).not.toThrow()
  })

  it('shows what a worker cut, and says so', () => {
    const value = parseRepr("{'body': 'Hi Dana...', 'more': [1, 2, ...")
    expect(plain(value)).toEqual({ body: 'Hi Dana...', more: ['1', '2', '…'] })
    expect(value && isCut(value)).toBe(true)
  })

  it('takes a complete value as complete', () => {
    const value = parseRepr("{'a': 1}")
    expect(value && isCut(value)).toBe(false)
  })

  it('gives up on nesting and size that would stop the page', () => {
    expect(parseRepr('['.repeat(5000))).toBeNull()
    expect(parseRepr(`'${'x'.repeat(500_000)}'`)).toBeNull()
  })

  it('keeps markup as text', () => {
    expect(plain(parseRepr("'<img src=x onerror=alert(1)>'"))).toBe('<img src=x onerror=alert(1)>')
  })
})
