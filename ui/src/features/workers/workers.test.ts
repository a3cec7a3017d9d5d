import { describe, expect, it } from 'vitest'

import { taskRow } from '@/testing/rows'
import { worker, workers as world } from '@/testing/mock-workers'

import { workersAnswer } from './answer'
import { groups } from './groups'
import { lanes } from './lanes'
import { steps } from './steps'

const all = (items: ReturnType<typeof worker>[], expected: ReturnType<typeof world>['expected'] = []) => ({ items, by_state: {}, expected, slots: 8, busy: 3, asked_at: null })

describe('the answer', () => {
  it('counts a busy solo worker as online', () => {
    expect(workersAnswer(all([worker('a@x'), worker('b@x', { state: 'busy' })])).title).toBe('Both workers are online')
  })

  it('leaves out who is offline for long, and names who is gone', () => {
    const answer = workersAnswer(all([worker('a@x'), worker('b@x', { state: 'offline' }), worker('c@x', { state: 'offline', hidden: true })]))
    expect(answer.title).toBe('1 of 2 workers is online; b@x is gone')
    expect(answer.kind).toBe('critical')
  })

  it('is critical where expected workers were never seen', () => {
    const answer = workersAnswer(all([worker('a@x')], [{ by: 'all', what: '', wanted: 3, online: 1, missing: [], never_seen: 2 }]))
    expect(answer.title).toBe('The one worker is online; 2 expected workers were never seen')
    expect(answer.kind).toBe('critical')
    expect(answer.note).toContain('workers 3')
  })

  it('says that all are missing', () => {
    expect(workersAnswer(all([], [{ by: 'all', what: '', wanted: 2, online: 0, missing: [], never_seen: 2 }])).title).toBe('No worker is online, and 2 should be')
  })
})

describe('the answer on slots', () => {
  it('names who has none free', () => {
    expect(workersAnswer(all([worker('a@x', { active: 8 }), worker('b@x', { active: 7 })])).note).toMatch(/^3 of 8 slots are busy; a@x has none free\./)
    expect(workersAnswer(all([worker('a@x', { active: 7 })])).note).toMatch(/^3 of 8 slots are busy\./)
  })
})

describe('groups', () => {
  const items = [worker('w10@b', { queues: ['y', 'x'] }), worker('w2@b', { queues: ['x', 'y'] }), worker('odd', { queues: null }), worker('w1@a', { queues: ['z'], state: 'offline' })]

  it('are of the same queues, in the natural order of names, the unknown ones last', () => {
    expect(groups(items, 'group').map(({ title, items: its, online }) => [title, its.map(({ name }) => name), online])).toEqual([
      ['x, y', ['w2@b', 'w10@b'], 2],
      ['z', ['w1@a'], 0],
      ['Queues not known', ['odd'], 1],
    ])
  })

  it('are of one host, or all in one', () => {
    expect(groups(items, 'host').map(({ title }) => title)).toEqual(['a', 'b', 'No host in the name'])
    expect(groups(items, 'flat')).toHaveLength(1)
  })
})

describe('lanes', () => {
  const at = (s: number) => new Date(s * 1000).toISOString()
  const run = (id: string, from: number, to: number | null, state = 'SUCCESS') => taskRow({ id, state, started_at: at(from), finished_at: to === null ? null : at(to), runtime_s: to === null ? null : to - from, verdict: null })

  it('never overlap, and take the first one that is free', () => {
    const found = lanes([run('c', 25, null, 'STARTED'), run('a', 0, 20), run('b', 10, 30), run('old', -50, -10)], 0, 100_000, 1)
    expect(found.map((lane) => lane.map(({ id }) => id))).toEqual([['a', 'c'], ['b']])
    expect(found[0]?.[1]).toMatchObject({ from: 0.25, width: 0.75, look: 'r' })
  })

  it('let what has no end last until the worker was heard last', () => {
    const lost = { ...run('lost', 10, null, 'STARTED'), verdict: { code: 'orphaned', text: '', severity: 'critical' as const } }
    expect(lanes([lost], 0, 100_000, 1, 60_000)[0]).toMatchObject([{ from: 0.1, width: 0.5, look: 'l' }])
  })

  it('has as many as there are slots', () => {
    expect(lanes([], 0, 100, 4)).toHaveLength(4)
  })
})

describe('steps', () => {
  const history = (at: number[], active: (number | null)[], done: (number | null)[]) => ({ since: new Date(0).toISOString(), until: new Date(300_000).toISOString(), step_s: 10, cpu_from: null, memory_from: null, points: { at, active, done, slots: [], cpu: [], memory_bytes: [], load: [] } })

  it('hold what was said until the next look, and break where nobody looked', () => {
    const { axis, level, perMinute } = steps(history([0, 30, 200], [1, 2, 3], [null, 4, 50]))
    expect(axis.starts).toHaveLength(30)
    const shown = level([1, 2, 3])
    expect(shown.slice(0, 4)).toEqual([1, 1, 1, 2])
    expect(shown.slice(13, 21)).toEqual([null, null, null, null, null, null, null, 3])
    expect(perMinute([null, 4, 50])[3]).toBe(8)
  })
})
