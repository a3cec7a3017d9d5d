import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { ScheduleEntry } from '@/api/schedules'
import { Glyph } from '@/components/Glyph'
import { Line, TaskName } from '@/components/Text'
import { Duration, Time, Until } from '@/components/Time'

import { RunStrip } from './RunStrip'
import { look, sourceWord, standing, whyIdle } from './words'

function Next({ entry }: { entry: ScheduleEntry }) {
  if (!entry.next_due_at) return <span className="dim">{whyIdle(entry)}</span>
  return (
    <>
      <span className="fw5">
        <Time at={entry.next_due_at} />
      </span>
      <span className="s">
        <Until at={entry.next_due_at} />
      </span>
    </>
  )
}

function Last({ entry: { last, average_s: average } }: { entry: ScheduleEntry }) {
  if (!last) return <span className="dim">not yet</span>
  return (
    <>
      {last.task_id !== null ? (
        <Link className="q" to="/tasks/$id" params={{ id: last.task_id }}>
          <Time at={last.started_at ?? last.sent_at ?? last.due_at} precision="second" />
        </Link>
      ) : (
        <Time at={last.due_at} />
      )}
      {last.took_s !== null && <>, <Duration seconds={last.took_s} /></>}
      {average !== null && <span className="s">on average <Duration seconds={average} /></span>}
    </>
  )
}

function Verdict({ entry }: { entry: ScheduleEntry }) {
  const { trouble } = look(entry.verdict)
  if (entry.error) return <span className="row2 c-critical"><Glyph kind="critical" /> wrong expression</span>
  if (!entry.enabled) return <span className="dim">paused</span>
  return (
    <Link className={`q row2 ${trouble ? `c-${trouble}` : 'dim'}`} to="/schedules/$id" params={{ id: entry.id }}>
      {trouble && <Glyph kind={trouble} />} {standing(entry)}
    </Link>
  )
}

/** The entries as lines: what, when next, how it went, and who keeps it. */
export function EntryTable({ entries, runNow }: { entries: readonly ScheduleEntry[]; runNow: (entry: ScheduleEntry) => ReactNode }) {
  return (
    <div className="panel tw">
      <table className="mt sch">
        <thead>
          <tr>
            <th>Entry</th>
            <th>Next</th>
            <th className="no-t">Last run</th>
            <th>Last 60 runs</th>
            <th>Verdict</th>
            <th className="no-t">Kept by</th>
            <th>
              <span className="vh">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="p1 what">
                <Link className="q ell" to="/schedules/$id" params={{ id: entry.id }}>
                  <TaskName name={entry.name} />
                </Link>
                {entry.task !== entry.name && <span className="s ell" title={entry.task}><Line text={entry.task} limit={120} /></span>}
                {entry.error ? (
                  <span className="s c-critical wrap"><Line text={`${entry.expression}: ${entry.error}`} limit={300} /></span>
                ) : (
                  <span className="s ell" title={entry.expression}>
                    {entry.rule}
                    {entry.confidence !== null && `, learnt: ${Math.round(entry.confidence * 100)} % sure`}
                  </span>
                )}
              </td>
              <td className="p2">
                <Next entry={entry} />
              </td>
              <td className="no-t p4">
                <Last entry={entry} />
              </td>
              <td className="p6">
                <RunStrip entry={entry.id} runs={entry.runs} />
              </td>
              <td className="p3">
                <Verdict entry={entry} />
              </td>
              <td className="no-t dim">{entry.sources.map(({ kind }) => sourceWord(kind)).join(', ')}</td>
              <td className="act">{runNow(entry)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
