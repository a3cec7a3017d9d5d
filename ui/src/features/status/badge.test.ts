import { describe, expect, it } from 'vitest'

import { World } from '@/testing/mock-world'

import { badge, type BadgeFacts } from './badge'
import { checks, firstAnswer } from './checks'

const health = new World('rich').health()
const blind = new World('blind').health()
const facts = (given: Partial<BadgeFacts> = {}): BadgeFacts => ({
  link: { state: 'open', attempt: 0, retryAt: null, heardAt: 1000 },
  health,
  paused: false,
  hold: null,
  fresh: 0,
  more: false,
  now: 2000,
  clock: () => '14:02',
  ...given,
})
const said = (given: Partial<BadgeFacts>): string => {
  const { word, note } = badge(facts(given))
  return [word, note].filter(Boolean).join(', ')
}
const lost = (attempt: number): BadgeFacts['link'] => ({ state: 'lost', attempt, retryAt: 6000, heardAt: 1000 })

describe('badge', () => {
  it.each<[string, Partial<BadgeFacts>]>([
    ['Live, 0.3 s behind', {}],
    ['Live, 12 new wait', { fresh: 12 }],
    ['Held, 12 new', { fresh: 12, hold: 'the list is scrolled' }],
    ['Paused, by you', { paused: true }],
    ['Paused, by you, 500+ new', { paused: true, fresh: 500, more: true }],
    ['Reconnecting, third try in 4 s', { link: lost(3) }],
    ['Stale since 14:02, fourth try in 4 s', { link: lost(4) }],
    ['Stale since 14:02', { health: blind }],
    ['Waiting, no event yet', { health: { ...health, status: 'waiting' } }],
    ['Connecting', { link: { state: 'connecting', attempt: 0, retryAt: null, heardAt: null } }],
  ])('says %s', (text, given) => {
    expect(said(given)).toBe(text)
  })

  it('tells the worst first', () => {
    expect(said({ link: lost(1), paused: true, health: blind })).toMatch(/^Reconnecting/)
    expect(said({ paused: true, health: blind })).toMatch(/^Stale/)
  })
})

describe('first run', () => {
  it('answers with the first step that does not hold', () => {
    const empty = new World('empty')
    expect(firstAnswer(checks(empty.health(), empty.workers())).title).toBe('Connected, but no worker is heard')
    expect(firstAnswer(checks(blind, undefined)).title).toBe('Umbel cannot reach the broker')
    const crew = new World('rich').workers()
    expect(firstAnswer(checks(health, crew)).title).toBe(`${crew.items.length} workers are heard, but no task yet`)
  })

  it('gives a line that mends each step that does not hold', () => {
    for (const check of checks(blind, undefined)) expect(check.kind === 'healthy' || check.fix !== null).toBe(true)
  })
})
