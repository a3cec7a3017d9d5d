import type { Gap, Sort, TaskRow } from '@/api/types'

const firstKnown = (row: TaskRow): number => Date.parse(row.sent_at ?? row.received_at ?? row.started_at ?? row.updated_at)

/**
 * The gaps that a reader of these rows should know of, oldest first: those that touch the time from the oldest row to
 * the newest, which is now while the newest come first. What one worker lost is told with its tasks.
 */
export function gapsAmong(rows: readonly TaskRow[], gaps: readonly Gap[], sort: Sort, now: number): Gap[] {
  const from = Math.min(...rows.map(firstKnown))
  const to = sort === '-arrived' ? now : Math.max(...rows.map(({ updated_at: at }) => Date.parse(at)))
  return gaps.filter(({ kind, since, until }) => kind !== 'worker' && until !== null && Date.parse(since) <= to && Date.parse(until) >= from)
}
