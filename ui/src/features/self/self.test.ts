import { describe, expect, it } from 'vitest'

import type { SelfReport } from '@/api/types'
import { doubt, selfReport, selfWorker } from '@/testing/mock-self'
import { World } from '@/testing/mock-world'

import { selfAnswer } from './answer'

const health = new World('rich').health()
const report = (given: Partial<SelfReport> = {}): SelfReport => selfReport(health, given)
const withWorkers = (...workers: SelfReport['account']['workers']): SelfReport => {
  const base = report()
  return { ...base, account: { ...base.account, workers } }
}

describe('the answer', () => {
  it('says that everything is seen, how much comes and how late', () => {
    const { kind, title, note } = selfAnswer(report())
    expect([kind, title]).toEqual(['healthy', 'Umbel sees everything: 43 events/s, 0.2 s behind'])
    expect(note).toBe('Of 138,746 tasks that 2 workers counted, all of their events arrived.')
  })

  it('claims no more than it knows', () => {
    expect(selfAnswer(withWorkers()).title).toMatch(/^Nothing is known to be missing/)
    expect(selfAnswer(withWorkers(selfWorker(), selfWorker({ name: 'mute@vm', state: 'no_heartbeats', expected: 0 }))).title).toMatch(/^Nothing is known to be missing/)
    expect(selfAnswer(withWorkers()).note).toBe('No worker has been heard since it started.')
    expect(selfAnswer(withWorkers(selfWorker({ state: 'waiting', expected: 0 }))).note).toMatch(/^No worker has told enough yet/)
  })

  it('counts what limits it and takes the gravest for its sign', () => {
    expect(selfAnswer(report({ doubts: [doubt()] }))).toMatchObject({ kind: 'warning', title: 'One thing limits what Umbel can see', short: '1' })
    expect(selfAnswer(report({ doubts: [doubt({ code: 'blind', severity: 'critical' }), doubt()] }))).toMatchObject({ kind: 'critical', title: '2 things limit what Umbel can see' })
  })

  it('says what was lost since the start even where nothing is lost now', () => {
    expect(selfAnswer(withWorkers(selfWorker({ lost: 30 }))).note).toBe('Of 118,402 tasks that 1 worker counted, the events of 30 did not arrive (< 0.1 %).')
  })

  it('waits before the first event', () => {
    const waiting = report({ collector: { ...health.collector, state: 'waiting' } })
    expect(selfAnswer(waiting)).toMatchObject({ kind: 'unknown', title: 'Umbel waits for the first event' })
  })
})
