import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Gap, TaskDetail, TaskEvent } from '@/api/types'
import { taskRow } from '@/testing/rows'

import { Events } from './Events'
import { LearntNote } from './LearntNote'
import { hidden } from './phases'
import { sentence } from './sentence'
import { timeline } from './timeline'

const at = (second: number) => `2025-11-21T18:00:${String(second).padStart(2, '0')}Z`
const event = (second: number, given: Partial<TaskEvent> = {}): TaskEvent => ({ type: 'task-received', at: at(second), worker: 'w@x', pid: 1, clock: 1, fields: {}, ...given })
const gap = (from: number, to: number | null, given: Partial<Gap> = {}): Gap => ({ kind: 'link', since: at(from), until: to === null ? null : at(to), reason: 'no link to the broker', worker: null, events: null, ...given })
const task = (given: Partial<TaskDetail> = {}): TaskDetail => ({ ...taskRow(), exchange: null, routing_key: null, client: null, traceback: null, arguments: null, attempts: [], events: [], events_cut: false, links: [], failure_group: null, gaps: [], root: null, parent: null, children: [], ...given })

afterEach(cleanup)

describe('what was not seen', () => {
  it('stands among the events where it was', () => {
    const all = timeline({ events: [event(1), event(9)], gaps: [gap(4, 6)] })
    expect(all.map((moment) => (moment.gap ? 'gap' : moment.at))).toEqual([at(1), 'gap', at(9)])
  })

  it('says from when to when and why, also while it lasts', () => {
    render(<Events task={task({ events: [event(1)], gaps: [gap(4, 6), gap(8, null, { reason: 'Umbel was not running' })] })} />)
    const rows = screen.getAllByRole('row').map(({ textContent }) => textContent)
    expect(rows[2]).toMatch(/^Umbel could not see events .*18:00:04.*–.*18:00:06.*: no link to the broker$/)
    expect(rows[3]).toMatch(/^Umbel could not see events since .*18:00:08.*: Umbel was not running$/)
  })

  it('tells what was learnt from what was seen, and runs no markup of a reason', () => {
    const hostile = '<img src=x onerror="window.hacked=true">'
    render(<Events task={task({ events: [event(5, { type: 'umbel-learnt', worker: '', fields: { state: 'SUCCESS', source: 'result backend' } })], gaps: [gap(1, 2, { reason: hostile })] })} />)
    expect(screen.getByText('learnt, not seen')).toBeTruthy()
    expect(screen.getByText(hostile, { exact: false })).toBeTruthy()
    expect(document.querySelector('img')).toBeNull()
  })

  it('covers the part of the bar that it touches', () => {
    const ms = (second: number) => Date.parse(at(second))
    expect(hidden([gap(1, 4), gap(8, null), gap(30, 40)], ms(2), ms(10)).map(({ from, to }) => [from, to])).toEqual([
      [ms(2), ms(4)],
      [ms(8), ms(10)],
    ])
  })
})

describe('what was learnt', () => {
  it('says where', () => {
    render(<LearntNote source="result backend" ended />)
    expect(screen.getByText('Its end was read from the result backend: no event told it.')).toBeTruthy()
  })

  it('never calls a lost task running', () => {
    expect(sentence(task({ state: 'LOST', verdict: { code: 'lost', text: 'w@x was restarted', severity: 'critical' } }), 0)).toBe('Lost: no worker runs it, and nobody knows its end')
  })
})
