import { Link } from '@tanstack/react-router'

import type { RunMark } from '@/api/schedules'
import { duration } from '@/lib/duration'
import { exact } from '@/lib/instant'
import { usePreferences } from '@/lib/preferences'
import { oneLine } from '@/lib/text'

import { look, stripWords } from './words'

/** A slot in words: when, what, how long, why. */
function slotTitle(run: RunMark, utc: boolean): string {
  const took = run.took_s === null ? '' : `, ${duration(run.took_s)}`
  return `${exact(run.due_at, utc)}: ${look(run.verdict).word}${took}${run.reason ? `. ${oneLine(run.reason, 160)}` : ''}`
}

/** The last expected runs, one slot each, newest right. A slot leads to its task, or to the entry where none was sent. */
export function RunStrip({ entry, runs, slots = 60 }: { entry: string; runs: readonly RunMark[]; slots?: number }) {
  const { utc } = usePreferences()
  const shown = runs.slice(-slots)
  return (
    <span className="runs" role="group" aria-label={stripWords(shown)}>
      {shown.map((run) => {
        const title = slotTitle(run, utc)
        const className = look(run.verdict).slot
        return run.task_id !== null ? (
          <Link key={run.due_at} to="/tasks/$id" params={{ id: run.task_id }} className={className} title={title} aria-label={title} tabIndex={-1} />
        ) : (
          <Link key={run.due_at} to="/schedules/$id" params={{ id: entry }} hash={run.due_at} className={className} title={title} aria-label={title} tabIndex={-1} />
        )
      })}
    </span>
  )
}
