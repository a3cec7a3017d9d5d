import { describe, expect, it } from 'vitest'

import { chosen, interval, rangeAt, rangeSearch, refreshMs } from './range'

const now = Date.parse('2026-11-21T12:00:00Z') / 1000

describe('the range of a page', () => {
  it('is read from the address, without what cannot be', () => {
    expect(rangeSearch({ range: '3h' })).toEqual({ range: '3h' })
    expect(rangeSearch({ range: '1y', from: '2026-11-21T10:00:00Z' })).toEqual({ range: undefined })
    expect(rangeSearch({ range: '3h', from: '2026-11-21T10:00:00Z', to: '2026-11-21T11:00:00Z' })).toEqual({ from: '2026-11-21T10:00:00Z', to: '2026-11-21T11:00:00Z' })
    expect(rangeSearch({ from: '2026-11-21T11:00:00Z', to: '2026-11-21T10:00:00Z' })).toEqual({ range: undefined })
  })

  it('moves on with the clock unless both ends were chosen', () => {
    expect(rangeAt({}, now)).toEqual({ since: now - 3600, until: now, live: true, label: 'Last hour' })
    expect(rangeAt({ range: '7d' }, now)).toMatchObject({ since: now - 604_800, label: 'Last 7 days' })
    expect(rangeAt({ from: '2026-11-21T10:00:00Z', to: '2026-11-21T11:00:00Z' }, now)).toEqual({ since: now - 7200, until: now - 3600, live: false, label: null })
  })

  it('is told to the address in whole seconds, at least a minute of it', () => {
    expect(chosen(now, now + 90.4)).toEqual({ range: undefined, from: '2026-11-21T12:00:00Z', to: '2026-11-21T12:01:30Z' })
    expect(chosen(now, now + 20)).toMatchObject({ from: '2026-11-21T11:59:40Z', to: '2026-11-21T12:00:40Z' })
    expect(interval(rangeAt({}, now))).toEqual({ since: '2026-11-21T11:00:00Z', until: '2026-11-21T12:00:00Z' })
  })

  it('is read anew the less often the longer it is, and never where it has ended', () => {
    expect([{}, { range: '3h' }, { range: '30d' }, { from: '2026-11-21T10:00:00Z', to: '2026-11-21T11:00:00Z' }].map((search) => refreshMs(rangeAt(search, now)))).toEqual([18_000, 54_000, 60_000, false])
  })
})
