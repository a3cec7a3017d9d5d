import type { SelfReport, SelfWorker } from '@/api/types'
import type { HealthKind } from '@/components/Glyph'
import { percent, plural, whole } from '@/lib/count'
import { shortLag } from '@/lib/duration'

export interface SelfAnswer {
  kind: HealthKind
  title: string
  note: string
  short: string
}

/** `1,204 events/s`, `0.4 events/s`, or that nothing happens. */
export const rate = (perS: number): string => (perS < 0.05 ? 'no events now' : `${perS < 10 ? perS.toFixed(1) : whole(perS)} events/s`)

const of = (workers: readonly SelfWorker[], state: SelfWorker['state']): number => workers.filter((worker) => worker.state === state).length

function compared(report: SelfReport): string {
  const { workers } = report.account
  const measured = of(workers, 'measured')
  const expected = workers.reduce((sum, worker) => sum + worker.expected, 0)
  const lost = workers.reduce((sum, worker) => sum + worker.lost, 0)
  if (measured === 0 || expected === 0) return workers.length === 0 ? 'No worker has been heard since it started.' : 'No worker has told enough yet to compare its count with what arrived.'
  const missed = lost === 0 ? 'all of their events arrived' : `the events of ${whole(lost)} did not arrive (${percent(lost / expected)})`
  return `Of ${plural(expected, 'task')} that ${plural(measured, 'worker')} counted, ${missed}.`
}

function unsure({ account: { workers } }: SelfReport): string {
  const mute = of(workers, 'no_heartbeats')
  return mute === 0 ? '' : ` ${plural(mute, 'worker')} ${mute === 1 ? 'sends' : 'send'} no heartbeats, so nobody knows what is missing there.`
}

/** The page's answer: whether Umbel sees everything, or how many things limit it; and what that is known from. */
export function selfAnswer(report: SelfReport): SelfAnswer {
  const { doubts, collector, account } = report
  const serious = doubts.filter(({ severity }) => severity !== 'info')
  const worst = serious[0]
  const note = compared(report) + unsure(report)
  if (worst) {
    const n = serious.length
    return { kind: worst.severity === 'critical' ? 'critical' : 'warning', title: n === 1 ? 'One thing limits what Umbel can see' : `${whole(n)} things limit what Umbel can see`, note, short: whole(n) }
  }
  if (collector.state === 'waiting') return { kind: 'unknown', title: 'Umbel waits for the first event', note, short: '' }
  const lag = account.lag_s ?? collector.lag_s
  const flow = [rate(collector.events_per_s), ...(lag == null ? [] : [`${shortLag(lag)} behind`])].join(', ')
  const isSure = account.workers.some(({ state, expected }) => state === 'measured' && expected > 0) && of(account.workers, 'no_heartbeats') === 0
  return { kind: 'healthy', title: `${isSure ? 'Umbel sees everything' : 'Nothing is known to be missing'}: ${flow}`, note, short: '' }
}
