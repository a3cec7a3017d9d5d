import { describe, expect, it } from 'vitest'

import type { ScheduleSummary } from '@/api/schedules'

import { look, place, schedulesAnswer, standing, startOfDay, stripWords } from './words'

const summary: ScheduleSummary = {
  beat: { state: 'alive', text: 'beat runs on app-01, as the tasks that it sends show', since: null, last_at: null, ticked_at: null, processes: [], at_once: false, skew_s: null },
  counts: { active: 9, paused: 0, archived: 0, learnt: 0, bad: 0, in_trouble: 2 },
  troubles: {},
  sources: [],
  next_due_at: null,
}
const silent: ScheduleSummary = { ...summary, beat: { ...summary.beat, state: 'silent', text: 'beat is not sending: 2 entries were due, and nothing was sent' } }

describe('the answer of the page', () => {
  it('says what did not happen, and whose fault that is', () => {
    const answer = schedulesAnswer({ troubles: { missed: 1, not_picked_up: 7 }, summary })
    expect(answer.title).toBe('8 scheduled runs did not happen today')
    expect(answer.note).toContain('1 was never sent and 7 were sent and not picked up.')
    expect(answer.note).toContain('The other 7 entries are well.')
  })

  it('names beat where beat is the cause', () => {
    const answer = schedulesAnswer({ troubles: { missed: 4 }, summary: silent })
    expect([answer.kind, answer.title]).toEqual(['critical', 'Beat is not sending'])
    expect(answer.note).toContain('4 were never sent')
  })

  it('is calm where all is on time, and says so where nothing is known', () => {
    const calm = { ...summary, counts: { ...summary.counts, in_trouble: 0 } }
    expect(schedulesAnswer({ troubles: {}, summary: calm }).title).toBe('All 9 entries are on time')
    expect(schedulesAnswer({ troubles: { failed: 1 }, summary: calm }).title).toBe('Every scheduled run was sent; one went wrong')
    expect(schedulesAnswer({ troubles: {}, summary: { ...calm, beat: { ...calm.beat, state: 'unknown' } } }).kind).toBe('unknown')
    expect(schedulesAnswer({ troubles: {}, summary: { ...calm, counts: { ...calm.counts, active: 0 } } }).title).toBe('Nothing is scheduled')
  })
})

describe('an entry', () => {
  it('counts the runs of its trouble', () => {
    expect(standing({ verdict: 'not_picked_up', verdict_runs: 7 })).toBe('7 not picked up')
    expect(standing({ verdict: 'on_time', verdict_runs: 60 })).toBe('on time')
    expect(look('something new').word).toBe('something new')
  })

  it('tells its strip in words', () => {
    const run = (verdict: string) => ({ due_at: `2026-11-21T00:00:0${verdict.length}Z`, verdict, task_id: null, took_s: null, reason: null })
    expect(stripWords([run('on_time'), run('missed'), run('on_time')])).toBe('The last 3 expected runs: 2 on time, 1 missed')
    expect(stripWords([])).toBe('No run was due yet')
  })
})

describe('the timeline', () => {
  it('begins the day at midnight and places instants by percent', () => {
    expect(startOfDay(Date.parse('2026-11-21T18:00:00Z'), true)).toBe('2026-11-21T00:00:00.000Z')
    expect(place('2026-11-21T06:00:00Z', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z')).toBe(25)
  })
})
