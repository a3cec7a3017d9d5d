import { describe, expect, it } from 'vitest'

import { beforeOf, clearingSentence, exportSearch, goes, shareOf, stays } from './words'

const state = { state: 'running', by: 'ann', search: '', before: null, started_at: '', ended_at: null, deleted: 1200, expected: { kind: 'exact', value: 5000 }, error: null } as const

describe('clear history in words', () => {
  it('says what goes and what stays', () => {
    const preview = { goes: { kind: 'exact', value: 12_431 }, stored: 12_440, unfinished: 4 } as const
    expect(goes(preview)).toBe('12,431 finished or lost tasks with arguments, results, tracebacks and attempts.')
    expect(stays(preview)).toBe('4 unfinished tasks: they stay in any case. 5 other finished or lost tasks. Workers, and the figures behind charts.')
  })

  it('claims no more than was counted', () => {
    const preview = { goes: { kind: 'at_least', value: 3_400_000 }, stored: 9_000_000, unfinished: 1 } as const
    expect(goes(preview)).toContain('≥ 3,400,000 finished or lost tasks')
    expect(stays(preview)).toBe('1 unfinished task: it stays in any case. Workers, and the figures behind charts.')
  })

  it('says how far it is and how it ended', () => {
    expect(clearingSentence(state)).toBe('1,200 of 5,000 tasks deleted.')
    expect(clearingSentence({ ...state, state: 'done' })).toBe('1,200 tasks deleted.')
    expect(clearingSentence({ ...state, state: 'cancelled', deleted: 1 })).toBe('Stopped. 1 task deleted, the others stay.')
    expect(clearingSentence({ ...state, state: 'failed', error: 'the disk is full' })).toBe('It failed after 1,200 tasks: the disk is full.')
  })

  it('exports what would go', () => {
    expect(exportSearch({ search: '', before: null })).toBe('state:success,failure,revoked,rejected,lost')
    expect(exportSearch({ search: ' a OR b ', before: '2026-11-21T00:00:00.000Z' })).toBe('(a OR b) state:success,failure,revoked,rejected,lost before:"2026-11-21T00:00:00.000Z"')
  })

  it('counts back from now', () => {
    expect(beforeOf(null, 0)).toBeNull()
    expect(beforeOf(1, 86_400_000)).toBe('1970-01-01T00:00:00.000Z')
  })

  it('knows a share only of a whole', () => {
    expect(shareOf(50, { kind: 'exact', value: 200 })).toBe(0.25)
    expect(shareOf(50, { kind: 'exact', value: 10 })).toBe(1)
    expect(shareOf(50, { kind: 'at_least', value: 200 })).toBeNull()
    expect(shareOf(0, { kind: 'exact', value: 0 })).toBeNull()
  })
})
