import { describe, expect, it } from 'vitest'

import { bytes, countNote, countText, percent, plural } from './count'

describe('counts', () => {
  it('says how sure it is', () => {
    expect(countText({ kind: 'exact', value: 12431 })).toBe('12,431')
    expect(countText({ kind: 'estimate', value: 4_200_000 })).toBe('≈ 4.2 million')
    expect(countText({ kind: 'at_least', value: 500_000 })).toBe('≥ 500,000')
  })

  it('never shows 0 for what was not counted', () => {
    expect(countText({ kind: 'unknown' })).toBe('—')
    expect(countText({ kind: 'exact', value: null })).toBe('—')
    expect(countNote({ kind: 'unknown' })).toBe('They were not counted.')
  })

  it('rounds a share to one decimal and never to a whole that it is not', () => {
    expect([percent(0), percent(0.0004), percent(0.004), percent(0.9999), percent(1)]).toEqual(['0 %', '< 0.1 %', '0.4 %', '99.9 %', '100 %'])
  })

  it('joins number and noun', () => {
    expect([plural(1, 'task'), plural(1284, 'task')]).toEqual(['1 task', '1,284 tasks'])
  })

  it('writes sizes', () => {
    expect([bytes(512), bytes(41_000_000)]).toEqual(['512 B', '41.0 MB'])
  })
})
