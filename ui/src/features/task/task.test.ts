import { describe, expect, it } from 'vitest'

import type { Attempt, TaskDetail } from '@/api/types'
import { taskRow } from '@/testing/rows'

import { phases, ticks, total } from './phases'
import { attemptOf, sentence, span } from './sentence'

const now = Date.parse('2025-11-21T18:01:00Z')
const task = (given: Partial<TaskDetail> = {}): TaskDetail => ({ ...taskRow(), exchange: null, routing_key: null, client: null, traceback: null, arguments: null, attempts: [], events: [], events_cut: false, links: [], failure_group: null, gaps: [], root: null, parent: null, children: [], ...given })
const attempt = (number: number, from: string, to: string | null, outcome: string | null): Attempt => ({ number, retries: number - 1, name: null, worker: null, pid: null, eta: null, sent_at: null, received_at: null, started_at: from, ended_at: to, runtime_s: null, outcome, exception: null, traceback: null, learnt_from: null, cpu_s: null, peak_memory_bytes: null })

describe('sentence', () => {
  it.each<[string, Partial<TaskDetail>]>([
    ['Failed after 2.0 s on attempt 3 of 3: Rate limit exceeded', { state: 'FAILURE', exception: "ApiError('Rate limit exceeded')", retries: 2, max_retries: 2 }],
    ['Failed after 2.0 s: boom', { state: 'FAILURE', exception: "ValueError('boom')" }],
    ['Failed: boom', { state: 'FAILURE', runtime_s: null, exception: "ValueError('boom')" }],
    ['Succeeded in 2.0 s', {}],
    ['Succeeded on attempt 2 of 4 in 2.0 s', { retries: 1, max_retries: 3 }],
    ['Runs for 58 s', { state: 'STARTED', runtime_s: null }],
    ['Runs for 58 s, attempt 2 of 4', { state: 'STARTED', retries: 1, max_retries: 3 }],
    ['Is in PROGRESS for 58 s', { state: 'PROGRESS' }],
    ['Tried again in 12 s: boom', { state: 'RETRY', eta: '2025-11-21T18:01:12Z', exception: "ValueError('boom')" }],
    ['Waits in default for 1 min', { state: 'PENDING' }],
    ['Held, due in 2 h', { state: 'RECEIVED', eta: '2025-11-21T20:01:00Z' }],
    ['Revoked before it ran', { state: 'REVOKED', started_at: null }],
    ['Lost: its worker went while it ran', { state: 'STARTED', verdict: { code: 'orphaned', text: '', severity: 'critical' } }],
  ])('says %s', (text, given) => {
    expect(sentence(task(given), now)).toBe(text)
  })

  it('counts attempts as retries and one', () => {
    expect([attemptOf({ retries: 0, max_retries: 0 }), attemptOf({ retries: 1, max_retries: null })]).toEqual(['', 'attempt 2'])
  })

  it('measures from the first that is known to the end', () => {
    expect(span(task())).toBe('4.0 s from sent to success')
    expect(span(task({ finished_at: null }))).toBeNull()
  })
})

describe('phases', () => {
  it('splits a life into waiting, running and the pauses between', () => {
    const all = phases(task({ state: 'FAILURE', attempts: [attempt(1, '2025-11-21T18:00:02Z', '2025-11-21T18:00:04Z', 'RETRY'), attempt(2, '2025-11-21T18:00:20Z', '2025-11-21T18:00:21Z', 'FAILURE')] }), now)
    expect(all.map(({ kind, failed }) => (failed ? 'failed' : kind))).toEqual(['wait', 'run', 'between', 'failed'])
    expect([total(all, 'wait'), total(all, 'run'), total(all, 'between')]).toEqual([2, 3, 16])
    for (const [index, phase] of all.entries()) expect(phase.from).toBe(index === 0 ? Date.parse('2025-11-21T18:00:00Z') : all[index - 1]?.to)
  })

  it('goes on to now while the task runs, pauses or waits', () => {
    expect(phases(task({ state: 'STARTED', attempts: [attempt(1, '2025-11-21T18:00:02Z', null, null)] }), now).at(-1)).toMatchObject({ kind: 'run', to: now, open: true })
    expect(phases(task({ state: 'RETRY', attempts: [attempt(1, '2025-11-21T18:00:02Z', '2025-11-21T18:00:04Z', 'RETRY')] }), now).at(-1)).toMatchObject({ kind: 'between', to: now, open: true })
    expect(phases(task({ state: 'PENDING', received_at: null, started_at: null, finished_at: null }), now)).toEqual([expect.objectContaining({ kind: 'wait', to: now, open: true })])
  })

  it('makes one attempt of a task whose attempts are not stored', () => {
    expect(phases(task(), now).map(({ kind }) => kind)).toEqual(['wait', 'held', 'run'])
    expect(phases(task({ received_at: null }), now).map(({ kind }) => kind)).toEqual(['wait', 'run'])
  })

  it('tells what its worker holds from what waits in a queue', () => {
    const held = phases(task({ state: 'RECEIVED', received_at: '2025-11-21T18:00:01Z', started_at: null, finished_at: null }), now)
    expect(held.map(({ kind, open }) => [kind, open])).toEqual([['wait', false], ['held', true]])
  })

  it('never runs backwards when clocks disagree', () => {
    for (const { from, to } of phases(task({ sent_at: '2025-11-21T18:00:09Z' }), now)) expect(to).toBeGreaterThanOrEqual(from)
  })
})

describe('ticks', () => {
  it('has a handful of even steps', () => {
    expect(ticks(53)).toEqual([20, 40])
    expect(ticks(0.9).length).toBeLessThan(6)
  })
})
