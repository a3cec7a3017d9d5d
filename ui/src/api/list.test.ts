import { describe, expect, it } from 'vitest'

import { taskPage, taskRow } from '@/testing/rows'

import { compare, merge, noFresh, patch, rows } from './list'
import type { StreamTasks, TaskRow } from './types'

const at = (second: number): string => `2025-11-21T18:00:${String(second).padStart(2, '0')}Z`
const row = (id: string, second: number, given: Partial<TaskRow> = {}): TaskRow => taskRow({ id, sent_at: null, started_at: null, received_at: at(second), ...given })
const message = (items: TaskRow[], given: Partial<StreamTasks> = {}): StreamTasks => ({ seq: 11, items, gone: [], changed: items.length, sampled: false, ...given })
const ids = (pages: Parameters<typeof rows>[0]): string[] => rows(pages).map(({ id }) => id)

describe('patch', () => {
  const pages = [taskPage([row('c', 30), row('b', 20)]), taskPage([row('a', 10)])]

  it('changes shown rows in place and moves nothing', () => {
    const next = patch(pages, noFresh, message([row('b', 20, { state: 'FAILURE' })]), '-arrived')
    expect(ids(next.pages)).toEqual(['c', 'b', 'a'])
    expect(rows(next.pages)[1]?.state).toBe('FAILURE')
    expect(next.fresh.rows.size).toBe(0)
    expect(next.pages[1]).toBe(pages[1])
  })

  it('lets new rows wait, each once, and counts them', () => {
    const first = patch(pages, noFresh, message([row('d', 40), row('e', 41)]), '-arrived')
    expect([first.arrived, first.fresh.rows.size, ids(first.pages)]).toEqual([2, 2, ['c', 'b', 'a']])
    const second = patch(first.pages, first.fresh, message([row('d', 40, { state: 'STARTED' })], { seq: 12 }), '-arrived')
    expect([second.arrived, second.fresh.rows.get('d')?.state]).toEqual([0, 'STARTED'])
  })

  it('does nothing for what the pages already reflect', () => {
    const next = patch(pages, noFresh, message([row('d', 40)], { seq: 10 }), '-arrived')
    expect(next.pages).toBe(pages)
    expect(next.fresh).toBe(noFresh)
  })

  it('names shown rows that left the search, and forgets waiting ones', () => {
    const first = patch(pages, noFresh, message([row('d', 40)]), '-arrived')
    const next = patch(first.pages, first.fresh, message([], { seq: 12, gone: ['d', 'b', 'x'] }), '-arrived')
    expect([next.gone, next.fresh.rows.size]).toEqual([['b'], 0])
  })

  it('leaves rows of pages that are not loaded alone', () => {
    const more = [taskPage([row('c', 30), row('b', 20)], { next: 'cursor' })]
    expect(patch(more, noFresh, message([row('old', 5)]), '-arrived').fresh.rows.size).toBe(0)
    expect(patch(more, noFresh, message([row('mid', 25)]), '-arrived').fresh.rows.size).toBe(1)
  })

  it('says when it has only a part', () => {
    expect(patch(pages, noFresh, message([row('d', 40)], { sampled: true }), '-arrived').fresh.partial).toBe(true)
  })
})

describe('merge', () => {
  it('gives a waiting task its place by when it was sent', () => {
    const sent = row('w', 0, { received_at: null, sent_at: at(25), updated_at: at(59) })
    const fresh = patch([taskPage([row('b', 30), row('a', 20)])], noFresh, message([sent]), '-arrived').fresh
    expect(ids(merge([taskPage([row('b', 30), row('a', 20)])], fresh, '-arrived'))).toEqual(['b', 'w', 'a'])
  })

  it('puts waiting rows where they belong', () => {
    const pages = [taskPage([row('c', 30), row('b', 20)]), taskPage([row('a', 10)])]
    const fresh = patch(pages, noFresh, message([row('d', 40), row('m', 25), row('o', 15), row('z', 1)]), '-arrived').fresh
    expect(ids(merge(pages, fresh, '-arrived'))).toEqual(['d', 'c', 'm', 'b', 'o', 'a', 'z'])
  })

  it('fills an empty list', () => {
    const fresh = patch([taskPage([])], noFresh, message([row('a', 1)]), '-arrived').fresh
    expect(ids(merge([taskPage([])], fresh, '-arrived'))).toEqual(['a'])
  })
})

describe('compare', () => {
  it('puts unknown values last in both directions', () => {
    const known = row('a', 1, { runtime_s: 2 })
    const unknown = row('b', 2, { runtime_s: null })
    expect(compare(known, unknown, 'runtime')).toBeLessThan(0)
    expect(compare(known, unknown, '-runtime')).toBeLessThan(0)
  })
})
