import { describe, expect, it } from 'vitest'

import type { Feed } from '@/api/monitor'

import { kindOf, monitorAnswer, rateText, ratesOf } from './rates'

const now = 1_700_000_060_000
const link = { state: 'open', attempt: 0, retryAt: null, heardAt: now } as const
const feed = (given: Partial<Feed>): Feed => ({ rows: [], waiting: 0, seconds: [], sampled: false, link, since: now - 60_000, ...given })

describe('the rates of the monitor', () => {
  it('are of the last minute, scaled where only a sample was told', () => {
    const rates = ratesOf(feed({ seconds: [{ at: now - 1_000, byKind: { succeeded: 30, rejected: 6 }, lookedAt: 100, events: 400 }, { at: now - 90_000, byKind: { failed: 9 }, lookedAt: 9, events: 9 }] }), now)
    expect(rates.inMinute).toMatchObject({ succeeded: 120, revoked: 24, failed: 0 })
    expect(rates.perSecond.succeeded).toBe(2)
    expect(rates.share).toBe(0.25)
    expect(rates.history.succeeded.at(-1)).toBe(120)
  })

  it('count from when the page was opened', () => {
    expect(ratesOf(feed({ since: now - 10_000, seconds: [{ at: now, byKind: { started: 20 }, lookedAt: 20, events: 20 }] }), now).perSecond.started).toBe(2)
  })

  it('say how much is shown', () => {
    const seconds = [{ at: now, byKind: { succeeded: 60 }, lookedAt: 600, events: 2_400 }]
    const sampled = feed({ seconds, sampled: true })
    expect(monitorAnswer(sampled, ratesOf(sampled, now), 0.3, false)).toEqual({ title: '40 events a second, 0.3 s behind', note: '1 of 4 lines is shown; the counts are of all. In the last minute: 240 succeeded, 0 failed.' })
    expect(monitorAnswer(feed({}), ratesOf(feed({}), now), null, true)).toEqual({ title: 'Nothing is said now', note: 'Every event of a task that matches is shown. In the last minute: 0 succeeded, 0 failed.' })
    expect(monitorAnswer(feed({ since: null }), ratesOf(feed({ since: null }), now), 1, false).title).toBe('Waiting for the first event')
  })

  it('are written short, and rare kinds have a place', () => {
    expect([0, 0.01, 6.84, 1_204.2].map(rateText)).toEqual(['0', '< 0.1', '6.8', '1,204'])
    expect(['failed', 'rejected', 'learnt', 'custom'].map(kindOf)).toEqual(['failed', 'revoked', 'failed', 'started'])
  })
})
