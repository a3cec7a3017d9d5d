import { describe, expect, it } from 'vitest'

import type { Count, Overview } from '@/api/types'

import { listAnswer } from './answer'
import { suggestions, type Known } from './suggestions'

const overview = (by: Record<string, number>, lost = 0): Overview => ({ tasks: Object.values(by).reduce((a, b) => a + b, 0), by_state: by, lost: exact(lost), workers: {}, last_event_at: null, seq: 1 })
const exact = (value: number): Count => ({ kind: 'exact', value })

describe('listAnswer', () => {
  it.each([
    [{ SUCCESS: 11_925, FAILURE: 82, STARTED: 35 }, '82 of 12,042 tasks failed'],
    [{ SUCCESS: 5 }, '5 tasks, none failed'],
    [{ SUCCESS: 1 }, '1 task, it did not fail'],
  ])('answers for everything: %j', (by, title) => {
    expect(listAnswer('', overview(by), undefined)?.title).toBe(title)
  })

  it.each<[string, Count, string]>([
    ['state:failure', exact(82), '82 tasks failed'],
    ['state:started', exact(1), '1 task runs now'],
    ['state:failure', exact(0), 'No task failed'],
    ['state:started', exact(0), 'No task runs now'],
    ['state:lost', exact(3), '3 tasks are lost: nobody knows their end'],
    ['state:lost', exact(0), 'No task is lost'],
    ['name:send_sms', exact(455), '455 send_sms tasks match'],
    ['name:send_sms state:failure', exact(44), '44 send_sms tasks failed'],
    ['rate limit', { kind: 'at_least', value: 500_000 }, '≥ 500,000 tasks match'],
    ['rate limit', { kind: 'unknown', value: null }, 'Some tasks match'],
    ['rate limit', exact(0), 'No task matches'],
  ])('answers for %s with %j', (search, total, title) => {
    expect(listAnswer(search, undefined, total)?.title).toBe(title)
  })

  it('does not count as running what ended unseen', () => {
    expect(listAnswer('', overview({ STARTED: 30 }, 22), undefined)?.note).toBe('8 run now, 22 are lost.')
    expect(listAnswer('', overview({ STARTED: 30, LOST: 4 }, 6), undefined)?.note).toBe('28 run now, 6 are lost.')
  })

  it('has no answer before it has numbers', () => {
    expect(listAnswer('', undefined, undefined)).toBeNull()
  })
})

describe('suggestions', () => {
  const known: Known = {
    states: { FAILURE: 82 },
    names: { items: [{ name: 'send_customer_sms', total: 455, by_state: {} }], cut: false },
    workers: { items: [], by_state: {}, expected: [], slots: null, busy: null, asked_at: null },
    queues: [{ value: 'default', n: 3 }],
    recent: [],
  }

  it('offers fields, then values with their counts', () => {
    expect(suggestions('st', known)[0]).toMatchObject({ insert: 'state:', open: true })
    expect(suggestions('state:fai', known)).toEqual([{ insert: 'state:failure', label: 'state:failure', note: '82', open: false }])
    expect(suggestions('name:cust', known)[0]?.insert).toBe('name:send_customer_sms')
    expect(suggestions('queue:', known)[0]?.insert).toBe('queue:default')
  })

  it('finds a state by the word on the screen, and goes on after a comma', () => {
    expect(suggestions('state:started', known)).toEqual([])
    expect(suggestions('state:failure,ret', known)[0]?.insert).toBe('state:failure,retry')
  })

  it('offers names for a bare word', () => {
    expect(suggestions('sms', known).map(({ insert }) => insert)).toEqual(['name:send_customer_sms'])
  })
})
