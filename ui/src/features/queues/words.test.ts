import { describe, expect, it } from 'vitest'

import { queue, QueueWorld } from '@/testing/mock-queues'

import { sorted } from './QueueTable'
import { brokerAnswer, drainWord, queueNote, queuesAnswer, rate, trouble } from './words'

const world = (scenario: 'rich' | 'empty' | 'blind' | 'huge' | 'hostile') => new QueueWorld(scenario)

describe('the answer of the queues', () => {
  it('names what grows and what nobody consumes', () => {
    const { title, kind, note, short } = queuesAnswer(world('rich').list())
    expect(title).toBe('email_senders grows by 84 a minute; reports has no worker')
    expect(kind).toBe('critical')
    expect(note).toBe('1,301 tasks wait in 6 queues. The broker itself is well.')
    expect(short).toBe('2 queues')
  })

  it('says first that the broker is out of reach, and that nothing was looked at', () => {
    expect(queuesAnswer(world('blind').list()).title).toBe('The broker is out of reach')
    expect(queuesAnswer(world('empty').list()).title).toBe('The broker was not looked at yet')
    expect(brokerAnswer(world('blind').brokerDetail()).kind).toBe('critical')
  })

  it('is calm where all is well, and unknown where lengths are', () => {
    const list = world('rich').list()
    const calm = queue('default')
    expect(queuesAnswer({ ...list, items: [calm, calm], total: 2, waiting: 8 })).toMatchObject({ kind: null, title: 'All 2 queues are short' })
    expect(queuesAnswer({ ...list, items: [queue('a', { health: 'unknown', ready: null })], total: 1, waiting: 0 })).toMatchObject({ kind: 'unknown', title: 'The length of 1 queue is not known' })
  })
})

describe('words on a queue', () => {
  it('tells what becomes of it', () => {
    expect(drainWord({ kind: 'in', seconds: 180, wait_s: null, why: '' })).toBe('in 3 min')
    expect(queueNote(queue('a', { drain: { kind: 'in', seconds: 180, wait_s: 60, why: 'it shrinks by 30 a minute' } }))).toBe('If it goes on so, it is empty in 3 min: it shrinks by 30 a minute. A task sent now starts in about 1 min.')
    expect(queueNote(queue('a', { consuming: 'no', drain: { kind: 'never', seconds: null, wait_s: null, why: 'nobody consumes it' } }))).toBe('Nobody consumes it, so it will never be empty.')
    expect(trouble(queue('a', { health: 'warning', ready: 12 }))).toBe('12 tasks wait in a')
    expect(trouble(queue('a'))).toBeNull()
    expect([rate(402.4), rate(8.44), rate(0.05), rate(0)]).toEqual(['402', '8.4', '0.05', '0'])
  })

  it('keeps the server’s order until another is asked for; unknown comes last', () => {
    const items = [queue('b', { ready: 1 }), queue('a', { ready: null }), queue('c', { ready: 9 })]
    expect(sorted(items, undefined).map(({ name }) => name)).toEqual(['b', 'a', 'c'])
    expect(sorted(items, 'name').map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(sorted(items, 'waiting').map(({ name }) => name)).toEqual(['c', 'b', 'a'])
  })
})
