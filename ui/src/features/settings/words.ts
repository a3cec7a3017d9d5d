import type { Threshold } from '@/api/settings'
import { bytes, percent, whole } from '@/lib/count'
import { duration } from '@/lib/duration'

/** `30 days`, `1 h`, or `for ever`. */
export function keptFor(seconds: number | null): string {
  if (seconds === null) return 'for ever'
  const days = seconds / 86_400
  return days >= 2 && Number.isInteger(days) ? `${whole(days)} days` : duration(seconds)
}

export const metricNames: Record<string, string> = { success: 'Success rate', avg: 'Average run time', queue: 'Tasks that wait in a queue', cpu: 'CPU of a worker', memory: 'Memory of a worker' }

/** A bound with its unit: `95.0 %`, `5.0 s`, `10`, `1.0 GB`; `never` where there is none. */
export function boundText(metric: string, value: number | null): string {
  if (value === null) return 'never'
  if (metric === 'success' || metric === 'cpu') return percent(value)
  if (metric === 'avg') return duration(value)
  return metric === 'memory' ? bytes(value) : whole(value)
}

/** `below 95.0 %` or `from 5.0 s`: of success lower is worse. */
export const warnsAt = ({ metric, warning }: Threshold): string => (warning === null ? 'never' : `${metric === 'success' ? 'at or below' : 'from'} ${boundText(metric, warning)}`)

export const criticalAt = ({ metric, critical }: Threshold): string => (critical === null ? 'never' : `${metric === 'success' ? 'below' : 'above'} ${boundText(metric, critical)}`)
