import { describe, expect, it } from 'vitest'

import { failureGroup, FailureWorld } from '@/testing/mock-failures'

import { againstUsual, failuresAnswer, groupTitle, heat, windowName } from './words'

const world = new FailureWorld('rich', [])

describe('failures in words', () => {
  it('names windows as people do', () => {
    expect([3_600, 10_800, 86_400, 259_200, 604_800].map(windowName)).toEqual(['1 h', '3 h', '24 h', '3 d', '7 d'])
  })

  it('is hot only above what is usual', () => {
    expect(heat(0, null, 3_600)).toBe(0)
    expect(heat(2, null, 3_600)).toBe(2)
    expect(heat(10, 10, 3_600)).toBe(0)
    expect(heat(2, 0.5, 3_600)).toBe(0)
    expect(heat(40, 10, 3_600)).toBe(4)
    expect(heat(30, 10, 10_800)).toBe(0)
    expect(heat(1, 0, 3_600)).toBe(4)
  })

  it('compares with the usual hour, and says nothing where none is known', () => {
    const said = (count: number, usual: number | null) => againstUsual(failureGroup({ counts: [count, 0, 0, 0, 0], usual_per_hour: usual }))
    expect([said(14, 10), said(10, 10), said(1, 10), said(2, 0.1), said(3, 0), said(0, 0), said(9, null), said(450, 10)]).toEqual(['1.4 × usual', 'as usual', 'less than usual', 'as usual', 'usually none', 'as usual', null, '45 × usual'])
  })

  it('answers with the count and with what is out of the ordinary', () => {
    const open = world.list('open')
    const answer = failuresAnswer(open, open)
    expect(answer).toMatchObject({ kind: 'critical', title: '115 failures in the last hour; one group is back, one group surges, one group is new', urgent: 2 })
    expect(failuresAnswer(world.list('ignored'), open).title).toBe(answer.title)
    const calm = { ...open, items: [failureGroup({ trend: 'recurring' })], totals: [41, 41, 43, 50, 57] }
    expect(failuresAnswer(calm, calm)).toMatchObject({ kind: null, title: '41 failures in the last hour' })
    const none = new FailureWorld('empty', []).list('open')
    expect(failuresAnswer(none, none)).toEqual({ kind: null, title: 'No failure in the last hour', note: 'No group is open.', urgent: 0 })
  })

  it('has a title for any group', () => {
    expect(groupTitle(failureGroup({ message: '' }))).toBe('RingCentralAPIError')
    expect(groupTitle(failureGroup({ type: '', message: '' }))).toBe('Failures without an exception')
  })
})
