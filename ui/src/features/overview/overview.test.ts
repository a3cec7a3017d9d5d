import { describe, expect, it } from 'vitest'

import type { Worker } from '@/api/types'
import { attentionOf, concern, queuesOf, sumOf } from '@/testing/mock-attention'
import { World } from '@/testing/mock-world'

import { restartMarks } from './marks'
import { backlog, broker, crew } from './tiles'
import { headline, placeOf } from './words'

const world = new World('rich')

describe('the answer', () => {
  it('says how many tasks ended well where nothing is wrong', () => {
    expect(headline(attentionOf(), sumOf())).toEqual({ kind: 'healthy', title: 'All good: 1,204 tasks in the last hour, 99.8 % succeeded', note: '41 checks are healthy.', short: '' })
    expect(headline(attentionOf(), sumOf({ ended: 0, success_rate: null })).title).toBe('All good: no task ended in the last hour')
    expect(headline(attentionOf(), sumOf({ ended: 1, success_rate: null })).title).toBe('All good: 1 task in the last hour')
    expect(headline(attentionOf(), undefined).title).toBe('All good')
  })

  it('counts what needs somebody first, then what to watch', () => {
    expect(headline(attentionOf({ critical: 2, warning: 3, unknown: 1 }), sumOf())).toEqual({ kind: 'critical', title: '2 things need attention', note: '3 more to watch, 41 checks are healthy, 1 could not be judged.', short: '2' })
    expect(headline(attentionOf({ critical: 1 }), sumOf()).title).toBe('One thing needs attention')
    expect(headline(attentionOf({ warning: 1 }), sumOf())).toMatchObject({ kind: 'warning', title: 'One thing to watch, nothing is broken', short: '1' })
    expect(headline(attentionOf({ warning: 3 }), sumOf()).title).toBe('3 things to watch, nothing is broken')
  })

  it('says nothing but that where the broker is out of reach', () => {
    const blind = attentionOf({ status: 'blind', critical: 1, items: [concern({ code: 'broker_down', about: 'broker', subject: null, title: 'The broker is out of reach' })] })
    expect(headline(blind, sumOf())).toMatchObject({ kind: 'critical', title: 'The broker is out of reach', short: '1' })
  })
})

describe('the evidence', () => {
  it.each([
    [concern(), '/task-types/$name'],
    [concern({ about: 'worker' }), '/workers/$name'],
    [concern({ about: 'worker', subject: null }), '/workers'],
    [concern({ about: 'queue' }), '/queues/$name'],
    [concern({ about: 'schedule' }), '/schedules'],
    [concern({ about: 'broker' }), '/broker'],
    [concern({ about: 'umbel' }), '/self'],
    [concern({ about: 'tasks', code: 'lost' }), '/tasks'],
  ])('of %o is on %s', (one, to) => {
    expect(placeOf(one).place.to).toBe(to)
  })
})

describe('the tiles', () => {
  it('tell what waits by the broker, and whether it grows', () => {
    expect(backlog(queuesOf(true, ['a', 1284, 84], ['b', 17, -3]), world.overview())).toEqual({ value: 1301, detail: 'in 2 queues, grows by 81/min' })
    expect(backlog(queuesOf(true, ['a', 4, -0.2]), world.overview()).detail).toBe('in 1 queue, steady')
    expect(backlog(queuesOf(true, ['a', 4, null]), world.overview()).detail).toBe('in 1 queue')
  })

  it('tell it by events where the broker was not read, and nothing where nothing is known', () => {
    const figures = { ...world.overview(), by_state: { PENDING: 3, RECEIVED: 2 } }
    expect(backlog(queuesOf(false, ['a', 4, null]), figures)).toEqual({ value: 5, detail: 'as their events tell' })
    expect(backlog(undefined, undefined)).toEqual({ value: null, detail: 'it was not read yet' })
  })

  it('tell the workers of those that are expected, else of those that were heard', () => {
    const workers = { ...world.workers(), by_state: { online: 5, busy: 1, silent: 0, offline: 1 }, expected: [] as ReturnType<World['workers']>['expected'], items: [{ state: 'offline', hidden: false } as Worker] }
    expect(crew(workers)).toEqual({ value: '6 of 7', detail: '1 offline' })
    expect(crew({ ...workers, items: [], by_state: { online: 2, silent: 1 } })).toEqual({ value: '3', detail: 'online, 1 silent' })
    const expected = { by: 'all', what: '', wanted: 8, online: 6, missing: [], never_seen: 1 } as const
    expect(crew({ ...workers, expected: [{ ...expected, missing: [] }] })).toEqual({ value: '6 of 8', detail: '2 missing' })
  })

  it('name the broker and say whether it is there', () => {
    const health = world.health()
    expect(broker(health, queuesOf(true))).toEqual({ value: 'Redis', detail: 'connected, 1 ms' })
    expect(broker({ ...health, broker: { ...health.broker, state: 'reconnecting', last_error: 'refused' } }, undefined)).toEqual({ value: 'Redis', detail: 'refused', level: 'critical' })
  })
})

describe('restarts', () => {
  const at = Date.parse('2026-11-21T12:00:00Z') / 1000
  const worker = (name: string, after: number, restarts = 1) => ({ name, online_since: new Date((at + after) * 1000).toISOString(), restarts }) as Worker // only what is read

  it('that come together are one mark; a first start is none', () => {
    const marks = restartMarks([worker('a', 100), worker('b', 160), worker('c', 900), worker('new', 300, 0), worker('old', -5)], at, at + 3600)
    expect(marks.map(({ label, detail, at: when }) => [when - at, label, detail])).toEqual([
      [100, '2 restarts', 'began anew: a, b'],
      [900, 'restart', 'began anew: c'],
    ])
  })
})
