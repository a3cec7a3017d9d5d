import { describe, expect, it } from 'vitest'

import type { Gap } from '@/api/types'
import { taskRow } from '@/testing/rows'

import { gapsAmong } from './gaps'

const at = (minute: number) => `2025-11-21T18:${String(minute).padStart(2, '0')}:00Z`
const row = (from: number, to: number) => taskRow({ sent_at: at(from), updated_at: at(to) })
const gap = (from: number, to: number | null, kind: Gap['kind'] = 'link'): Gap => ({ kind, since: at(from), until: to === null ? null : at(to), reason: 'x', worker: null, events: null })
const now = Date.parse(at(30))

describe('gapsAmong', () => {
  it('takes those between the oldest row and now, when the newest come first', () => {
    const gaps = [gap(1, 2), gap(4, 11), gap(20, 21), gap(40, 41)]
    expect(gapsAmong([row(12, 13), row(10, 14)], gaps, '-arrived', now)).toEqual([gaps[1], gaps[2]])
  })

  it('ends with the newest row in any other order', () => {
    expect(gapsAmong([row(10, 14)], [gap(11, 12), gap(20, 21)], '-runtime', now)).toEqual([gap(11, 12)])
  })

  it('leaves out what one worker lost, and what a louder notice tells of while it lasts', () => {
    expect(gapsAmong([row(10, 14)], [gap(11, 12, 'worker'), gap(13, null)], '-arrived', now)).toEqual([])
  })

  it('says nothing of an empty list', () => {
    expect(gapsAmong([], [gap(11, 12)], '-arrived', now)).toEqual([])
  })
})
