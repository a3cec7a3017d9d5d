import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { siblings } from '@/api/listing'
import type { TaskDetail, TaskRow } from '@/api/types'
import { Section } from '@/components/Page'
import { plural } from '@/lib/count'
import { duration } from '@/lib/duration'
import { instant } from '@/lib/instant'
import { useNow } from '@/lib/clock'
import { usePreferences } from '@/lib/preferences'
import { quote } from '@/lib/search-text'
import { stateLook } from '@/lib/states'

const least = 12

/** Slots as high as the run took, of the longest; what did not run has the height of a failure or half of it. */
function height(row: TaskRow, longest: number): number {
  if (row.state === 'FAILURE') return 100
  if (row.runtime_s == null) return 50
  return Math.max(least, Math.sqrt(row.runtime_s / longest) * 88)
}

/** The runs of the same task around this one: whether it is the odd one out. */
export function Siblings({ task }: { task: TaskDetail }) {
  const { utc } = usePreferences()
  const now = useNow()
  const { data } = useQuery({ ...siblings(task), enabled: Boolean(task.name) })
  if (!data || data.length < 2 || !task.name) return null
  const runs = data.map((row) => (row.id === task.id ? { ...row, state: task.state, verdict: task.verdict, runtime_s: task.runtime_s } : row))
  const longest = Math.max(0.001, ...runs.map((row) => row.runtime_s ?? 0))
  const failed = runs.filter(({ state }) => state === 'FAILURE').length
  const times = runs.flatMap(({ runtime_s: took, state }) => (took != null && state === 'SUCCESS' ? [took] : [])).sort((a, b) => a - b)
  const median = times[Math.floor(times.length / 2)]
  return (
    <Section
      title={`The last ${plural(runs.length, 'run')} of this task`}
      end={
        <Link className="link sm" to="/tasks" search={{ search: `name:${quote(task.name)}` }}>
          All of its runs
        </Link>
      }
    >
      <div className="panel panel-b">
        <div className="runs50" role="group" aria-label={`${plural(runs.length, 'run')}, ${failed} failed; oldest first`}>
          {runs.map((row) => {
            const { kind, word } = stateLook(row.state, row.verdict?.code)
            const at = row.received_at ?? row.sent_at ?? row.updated_at
            const title = `${instant(at, { utc, now, precision: 'second' })}: ${word}${row.runtime_s == null ? '' : `, ${duration(row.runtime_s)}`}${row.id === task.id ? ' (this one)' : ''}`
            return <Link key={row.id} to="/tasks/$id" params={{ id: row.id }} className={kind} style={{ height: `${height(row, longest)}%` }} title={title} aria-label={title} activeProps={{}} aria-current={row.id === task.id ? 'true' : undefined} tabIndex={row.id === task.id ? 0 : -1} />
          })}
        </div>
        <p className="dim sm">
          {failed === 0 ? 'None of them failed' : `${plural(failed, 'failure')} among them`}
          {median !== undefined && `; half of those that succeeded ran ${duration(median)} or less`}
          {median !== undefined && task.runtime_s != null && task.state === 'SUCCESS' && task.runtime_s > 3 * median && `; this one ran ${duration(task.runtime_s)}`}.
        </p>
      </div>
    </Section>
  )
}
