import { describe, expect, it } from 'vitest'

import { between, exact, instant } from './instant'

const now = Date.parse('2025-11-21T18:30:00Z')

describe('instant', () => {
  it.each([
    ['2025-11-21T18:00:24.318Z', '18:00'],
    ['2025-11-18T18:00:00Z', 'Tue 18:00'],
    ['2025-11-12T18:00:00Z', '12 Nov 18:00'],
    ['2023-09-03T18:00:00Z', '3 Sep 2023 18:00'],
    ['2025-11-22T02:00:00Z', '22 Nov 02:00'],
  ])('%s reads %s', (iso, text) => {
    expect(instant(iso, { utc: false, now })).toBe(text)
  })

  it('shows milliseconds where order matters', () => {
    expect(instant('2025-11-21T18:00:24.318Z', { utc: false, now, precision: 'ms' })).toBe('18:00:24.318')
  })

  it('says UTC with each time once UTC is chosen', () => {
    expect(instant('2025-11-21T18:00:24Z', { utc: true, now, precision: 'second' })).toBe('18:00:24 UTC')
  })

  it('is a dash for what is no instant', () => {
    expect(instant('yesterday', { utc: false, now })).toBe('—')
  })

  it('names the zone in the exact form', () => {
    expect(exact('2025-11-21T18:00:24.318Z', true)).toBe('2025-11-21 18:00:24.318 UTC')
    expect(exact('2025-11-21T18:00:24.318Z', false)).toMatch(/^2025-11-21 \d\d:\d\d:24\.318 [+−]\d\d:\d\d$/)
  })
})

describe('between', () => {
  it('is null where an end is not known', () => {
    expect(between(null, '2025-11-21T18:00:24Z')).toBeNull()
    expect(between('2025-11-21T18:00:00Z', '2025-11-21T18:00:02.500Z')).toBe(2.5)
  })
})
