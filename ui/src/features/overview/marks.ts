import type { Worker } from '@/api/types'
import type { ChartMark } from '@/components/chart/types'
import { plural } from '@/lib/count'

const together = 90

/** When workers began anew, those within a minute and a half as one mark: what a deploy looks like from here. */
export function restartMarks(workers: readonly Worker[], since: number, until: number): ChartMark[] {
  const begun = workers
    .filter(({ online_since, restarts }) => online_since !== null && restarts > 0)
    .map(({ name, online_since }) => ({ name, at: Date.parse(online_since ?? '') / 1000 }))
    .filter(({ at }) => at >= since && at <= until)
    .sort((a, b) => a.at - b.at)
  const groups: { at: number; names: string[]; last: number }[] = []
  for (const { name, at } of begun) {
    const open = groups.at(-1)
    if (open && at - open.last <= together) {
      open.names.push(name)
      open.last = at
    } else groups.push({ at, names: [name], last: at })
  }
  return groups.map(({ at, names }) => ({
    at,
    label: names.length === 1 ? 'restart' : plural(names.length, 'restart'),
    detail: `began anew: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`,
  }))
}
