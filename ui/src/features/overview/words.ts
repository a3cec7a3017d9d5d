import type { Attention, Concern, MetricsSum } from '@/api/attention'
import type { HealthKind } from '@/components/Glyph'
import { percent, plural, whole } from '@/lib/count'

export interface Headline {
  kind: HealthKind
  title: string
  note: string
  /** For the window's title; empty where nothing asks for somebody. */
  short: string
}

const things = (n: number): string => (n === 1 ? 'One thing needs' : `${whole(n)} things need`)

function good(hour: MetricsSum | undefined): string {
  if (!hour) return 'All good'
  if (hour.ended === 0) return 'All good: no task ended in the last hour'
  const rate = hour.success_rate === null ? '' : `, ${percent(hour.success_rate)} succeeded`
  return `All good: ${plural(hour.ended, 'task')} in the last hour${rate}`
}

/** The answer of the overview, and what else there is. `hour` is what happened in the last hour. */
export function headline({ critical, warning, healthy, unknown, items, status }: Attention, hour: MetricsSum | undefined): Headline {
  const short = critical + warning > 0 ? String(critical || warning) : ''
  if (status === 'blind') return { kind: 'critical', title: items[0]?.title ?? 'The broker is out of reach', note: 'What happens now is not seen. The figures are those of before, and nothing else is judged.', short: '1' }
  const checks = `${plural(healthy, 'check')} ${healthy === 1 ? 'is' : 'are'} healthy`
  const rest = unknown > 0 ? `, ${whole(unknown)} could not be judged` : ''
  if (critical > 0) return { kind: 'critical', title: `${things(critical)} attention`, note: `${warning > 0 ? `${whole(warning)} more to watch, ` : ''}${checks}${rest}.`, short }
  if (warning > 0) return { kind: 'warning', title: `${warning === 1 ? 'One thing' : `${whole(warning)} things`} to watch, nothing is broken`, note: `${checks}${rest}.`, short }
  return { kind: 'healthy', title: good(hour), note: `${checks}${rest}.`, short }
}

/** Where the evidence of a concern is. */
export type Place = { to: '/tasks'; search: string } | { to: '/task-types/$name' | '/workers/$name' | '/queues/$name'; name: string } | { to: '/workers' | '/queues' | '/broker' | '/schedules' | '/self' }

export function placeOf({ about, code, subject }: Concern): { place: Place; verb: string } {
  if (about === 'task_type' && subject !== null) return { place: { to: '/task-types/$name', name: subject }, verb: 'Open task type' }
  if (about === 'worker') return { place: subject === null ? { to: '/workers' } : { to: '/workers/$name', name: subject }, verb: subject === null ? 'Open workers' : 'Open worker' }
  if (about === 'queue') return { place: subject === null ? { to: '/queues' } : { to: '/queues/$name', name: subject }, verb: 'Open queue' }
  if (about === 'schedule') return { place: { to: '/schedules' }, verb: 'Open schedule' }
  if (about === 'broker') return { place: { to: '/broker' }, verb: 'Open broker' }
  if (about === 'umbel') return { place: { to: '/self' }, verb: 'Open Umbel itself' }
  if (code === 'lost') return { place: { to: '/tasks', search: 'state:lost' }, verb: 'See lost tasks' }
  if (code === 'success') return { place: { to: '/tasks', search: 'state:failure finished:>-1h' }, verb: 'See failures' }
  return { place: { to: '/tasks', search: 'finished:>-1h' }, verb: 'See tasks' }
}
