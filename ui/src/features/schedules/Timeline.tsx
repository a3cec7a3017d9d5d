import { Link } from '@tanstack/react-router'

import type { Timeline as Times, TimelineRow } from '@/api/schedules'
import { TaskName } from '@/components/Text'
import { Time } from '@/components/Time'
import { useNow } from '@/lib/clock'
import { plural } from '@/lib/count'
import { clockOf, dayOf, exact } from '@/lib/instant'
import { usePreferences } from '@/lib/preferences'
import { oneLine } from '@/lib/text'

import { look, place, ran } from './words'

const hour = 3_600_000
const legend = [
  ['ok', 'Ran'],
  ['fail', 'Failed'],
  ['miss', 'Missed'],
  ['wait', 'Not picked up'],
  ['late', 'Late'],
  ['lost', 'Not seen'],
  ['to-come', 'To come'],
] as const

function Row({ row, times }: { row: TimelineRow; times: Times }) {
  const { utc } = usePreferences()
  const at = (instant: string): string => `${place(instant, times.since, times.until).toFixed(2)}%`
  const bad = row.runs.filter(({ verdict }) => look(verdict).slot !== 'ok')
  const first = row.runs[0]?.due_at
  return (
    <>
      <div className="n ell">
        <Link className="q" to="/schedules/$id" params={{ id: row.id }}>
          <TaskName name={row.name} />
        </Link>
      </div>
      <div className="ln" role="img" aria-label={`${oneLine(row.name, 80)}: ${plural(ran(row.runs), 'run')} of ${row.runs.length}, ${row.dense ? 'many' : row.to_come.length} to come`}>
        {row.dense && first && <i className="dense" style={{ left: at(first), right: `${(100 - place(times.now, times.since, times.until)).toFixed(2)}%` }} />}
        {row.dense && <i className="dense to-come" style={{ left: at(times.now), right: 0 }} />}
        {(row.dense ? bad : row.runs).map((run) => (
          <i key={run.due_at} className={`mark ${look(run.verdict).slot}`} style={{ left: at(run.due_at) }} title={`${exact(run.due_at, utc)}: ${look(run.verdict).word}`} />
        ))}
        {!row.dense && row.to_come.map((due) => <i key={due} className="mark to-come" style={{ left: at(due) }} title={exact(due, utc)} />)}
      </div>
    </>
  )
}

function ticks({ since, until }: Times, utc: boolean): { at: string; label: string }[] {
  const found: { at: string; label: string }[] = []
  const first = new Date(since)
  if (utc) first.setUTCMinutes(0, 0, 0)
  else first.setMinutes(0, 0, 0)
  for (let at = first.getTime() + hour; at <= Date.parse(until); at += hour) {
    const date = new Date(at)
    const hours = utc ? date.getUTCHours() : date.getHours()
    if (hours % 6 === 0) found.push({ at: date.toISOString(), label: hours === 0 ? dayOf(date, utc) : clockOf(date, utc) })
  }
  return found
}

/** What ran and what is to come: each entry a line, now marked, gaps hatched, crowded minutes named below. */
export function Timeline({ times }: { times: Times }) {
  const { utc } = usePreferences()
  const now = new Date(useNow()).toISOString()
  const rows = times.rows.filter(({ runs, to_come: next }) => runs.length > 0 || next.length > 0)
  if (rows.length === 0) return null
  const at = (instant: string): number => Math.max(0, Math.min(100, place(instant, times.since, times.until)))
  return (
    <>
      <div className="legend mt8" aria-hidden="true">
        {legend.map(([slot, word]) => (
          <span key={slot}>
            <i className={`mark ${slot}`} />
            {word}
          </span>
        ))}
      </div>
      <div className="tl">
        {rows.map((row) => (
          <Row key={row.id} row={row} times={times} />
        ))}
        <div className="tlx" aria-hidden="true">
          {ticks(times, utc).map((tick) => (
            <span key={tick.at} style={{ left: `${at(tick.at)}%` }}>
              {tick.label}
            </span>
          ))}
        </div>
        <div className="over" aria-hidden="true">
          {times.gaps.map((gap) => (
            <div key={`${gap.kind} ${gap.since}`} className="blind" title={gap.reason} style={{ left: `${at(gap.since)}%`, width: `${Math.max(0.2, at(gap.until ?? now) - at(gap.since))}%` }} />
          ))}
          <div className="nowl" style={{ left: `${at(now)}%` }}>
            <b>{clockOf(new Date(now), utc)}</b>
          </div>
        </div>
      </div>
      {times.collisions.length > 0 && (
        <p className="dim sm mt8">
          Due at once: {times.collisions.slice(0, 3).map((one, index) => (
            <span key={one.at}>
              {index > 0 && '; '}
              {plural(one.entries, 'entry', 'entries')} at <Time at={one.at} /> ({one.names.slice(0, 3).map((name) => oneLine(name, 28)).join(', ')}
              {one.entries > 3 && ' …'})
            </span>
          ))}
          .{times.cut && ' Not all entries were counted.'}
        </p>
      )}
      {times.left_out > 0 && <p className="dim sm mt8">{plural(times.left_out, 'more entry', 'more entries')} in the table below.</p>}
    </>
  )
}
