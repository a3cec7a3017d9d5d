import { describe, expect, it } from 'vitest'

import type { TaskRow } from '@/api/types'
import { typeOf, typeRow } from '@/testing/mock-attention'

import { breakdown } from './arguments'
import { worstFirst } from './order'
import { compare, typeAnswer, typesAnswer } from './words'

describe('one task type', () => {
  it('says how many run, how long they take and how many failed', () => {
    expect(typeAnswer(typeOf(), 'the last hour')).toEqual({ kind: 'warning', title: 'fetch_call_recording: 7 running, takes long', note: '8.4 s on average in the last hour; the limit is 5.0 s. 3 of 2,820 failed, 0.1 %.' })
    expect(typeAnswer(typeOf({ running: 0, avg: 'healthy', failed: 0 }), 'the last hour')).toMatchObject({ kind: 'healthy', title: 'fetch_call_recording: 6 waiting', note: '8.4 s on average in the last hour. None of 2,817 failed.' })
    expect(typeAnswer(typeOf({ name: 'a.b.send', failed: 60, succeeded: 40, success: 'critical', avg: 'healthy' }), 'this time')).toMatchObject({ kind: 'critical', title: 'send: 7 running, fails 60.0 %' })
  })

  it('that did nothing is unknown', () => {
    const idle = typeRow({ running: 0, waiting: 0, succeeded: 0, failed: 0, success: 'unknown', avg: 'unknown', run: { n: 0, mean_s: null, p50_s: null, p95_s: null, p99_s: null } })
    expect(typeAnswer({ ...typeOf(), row: idle }, 'the last hour')).toEqual({ kind: 'unknown', title: 'fetch_call_recording: none running', note: 'None ended in the last hour.' })
  })

  it('is compared with before, and much slower or a point less is worse', () => {
    const changes = compare(typeRow({ ended: 50, success_rate: 0.95 }), typeRow({ ended: 100, success_rate: 0.99, run: { n: 9, mean_s: 4, p50_s: 4, p95_s: 16.8, p99_s: 8 } }))
    expect(changes.map(({ name, before, now, change, worse }) => [name, before, now, change, worse])).toEqual([
      ['Ended', '100', '50', '−50 %', false],
      ['Success rate', '99.0 %', '95.0 %', '−4.0 points', true],
      ['Failed', '3', '3', 'as before', false],
      ['Retried', '12', '12', 'as before', false],
      ['Average run time', '4.0 s', '8.4 s', '2.1 times', true],
      ['p95 run time', '16.8 s', '16.8 s', 'as before', false],
      ['p95 wait time', '400 ms', '400 ms', 'as before', false],
    ])
  })
})

describe('all task types', () => {
  it('say how many fail too often', () => {
    expect(typesAnswer([typeRow(), typeRow({ success: 'critical' })], 'the last hour')).toMatchObject({ kind: 'critical', title: '1 of 2 task types fails too often' })
    expect(typesAnswer([typeRow()], 'the last hour')).toMatchObject({ kind: 'healthy', title: '1 task type, none fails more than it may' })
    expect(typesAnswer([], 'the last hour').kind).toBe('unknown')
  })

  it('stand with the worst first', () => {
    const rows = [typeRow({ name: 'calm', avg: 'healthy', failed: 0 }), typeRow({ name: 'busy', avg: 'healthy', failed: 0, ended: 9000 }), typeRow({ name: 'slow', avg: 'critical', failed: 0 }), typeRow({ name: 'bad', success: 'critical' }), typeRow({ name: 'poor', success: 'warning' })]
    expect(worstFirst(rows).map(({ name }) => name)).toEqual(['bad', 'poor', 'slow', 'busy', 'calm'])
  })
})

describe('arguments', () => {
  const row = (args: string | null, kwargs: string | null, more: Partial<TaskRow> = {}) => ({ args, kwargs, state: 'SUCCESS', runtime_s: 2, cut: [], ...more }) as unknown as TaskRow // only what is read

  it('are counted by place and name, with failures and times', () => {
    const found = breakdown([row("('a',)", "{'size': 5}"), row("('a',)", "{'size': 7}", { state: 'FAILURE', runtime_s: 4 }), row("('b',)", "{'size': [1, 2]}")])
    expect(found).toMatchObject({ lookedAt: 3, unread: 0 })
    expect(found.uses.map(({ name, tasks }) => [name, tasks])).toEqual([['1', 3], ['size', 3]])
    expect(found.uses[0]?.values).toEqual([{ text: 'a', tasks: 2, failed: 1, meanS: 3 }, { text: 'b', tasks: 1, failed: 0, meanS: 2 }])
    expect(found.uses[1]?.values.map(({ text }) => text)).toEqual(['5', '7', 'a list of 2'])
  })

  it('that were cut or are unknown are counted and not guessed', () => {
    expect(breakdown([row("('a',", null, { cut: ['args'] }), row(null, null)])).toEqual({ lookedAt: 2, unread: 2, uses: [] })
  })

  it('with many values name the most frequent ones', () => {
    const found = breakdown(Array.from({ length: 12 }, (_, n) => row(`(${n % 8},)`, '{}')))
    expect(found.uses[0]).toMatchObject({ name: '1', tasks: 12, others: 3 })
  })
})
