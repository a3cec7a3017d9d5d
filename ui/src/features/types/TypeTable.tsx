import { Link } from '@tanstack/react-router'

import type { TaskTypeRow } from '@/api/attention'
import { Glyph } from '@/components/Glyph'
import { TaskName, Unknown } from '@/components/Text'
import { Duration } from '@/components/Time'
import { percent, whole } from '@/lib/count'
import { quote } from '@/lib/search-text'

import './types.css'

/** A judged figure: plain ink where it is healthy or unknown, else with its sign and a word. */
export function Judged({ level, children }: { level: string; children: React.ReactNode }) {
  if (level !== 'warning' && level !== 'critical') return <span>{children}</span>
  return (
    <span className={`c-${level} fw5 nw`}>
      <Glyph kind={level} />
      <span className="vh">{level}: </span> {children}
    </span>
  )
}

const investigateAbove = 0.01

/** Above 1 % of failures somebody should look, also where the limits are wider. */
export const failing = ({ failed, succeeded, success }: TaskTypeRow): string => (success === 'critical' || success === 'warning' ? success : failed / Math.max(1, failed + succeeded) > investigateAbove ? 'warning' : 'healthy')

interface RowProps {
  row: TaskTypeRow
  /** The part of a search that keeps to the span. */
  within: string
}

function Row({ row, within }: RowProps) {
  const name = `name:${quote(row.name)}`
  return (
    <tr>
      <td className="p1 ell">
        <Link className="q" to="/task-types/$name" params={{ name: row.name }} search={(old) => old}>
          <TaskName name={row.name} />
        </Link>
      </td>
      <td className="num p3 w-n">
        <Link className="q" to="/tasks" search={{ search: `${name} state:started` }}>
          {whole(row.running)}
          <span className="only-m"> running</span>
        </Link>
      </td>
      <td className="num no-m w-many">
        <Link className="q" to="/tasks" search={{ search: `${name} ${within}` }}>
          {whole(row.ended)}
        </Link>
      </td>
      <td className="num p2 w-rate">{row.success_rate === null ? <Unknown why="none succeeded or failed in this time" /> : <Judged level={failing(row)}>{percent(row.success_rate)}</Judged>}</td>
      <td className="num no-m w-many">
        <Link className={row.failed > 0 ? 'q' : 'q dim'} to="/tasks" search={{ search: `${name} state:failure ${within}` }}>
          {whole(row.failed)}
        </Link>
      </td>
      <td className="num no-m no-t w-n">
        <Link className={row.retried > 0 ? 'q' : 'q dim'} to="/tasks" search={{ search: `${name} (state:retry OR retries:>0) ${within.replaceAll('finished:', 'started:')}` }}>
          {whole(row.retried)}
        </Link>
      </td>
      <td className="num p4 w-time">{row.run.mean_s === null ? <span className="dim">—</span> : <Judged level={row.avg}><Duration seconds={row.run.mean_s} /></Judged>}</td>
      <td className="num no-m w-time">{row.run.p95_s === null ? <span className="dim">—</span> : <Duration seconds={row.run.p95_s} />}</td>
      <td className="num no-m no-t w-n">{row.workers === null ? <Unknown why="no worker was asked yet" /> : whole(row.workers)}</td>
    </tr>
  )
}

/** Task names with what they do, how often they succeed and how long they take. */
export const TypeTable = ({ rows, within, label }: { rows: readonly TaskTypeRow[]; within: string; label: string }) => (
  <div className="panel tw">
    <table className="mt fix tt" aria-label={label}>
      <thead>
        <tr>
          <th>Task</th>
          <th className="num w-n">Running</th>
          <th className="num w-many">Ended</th>
          <th className="num w-rate">Success</th>
          <th className="num w-many">Failed</th>
          <th className="num w-n no-t">Retried</th>
          <th className="num w-time">Average</th>
          <th className="num w-time">p95</th>
          <th className="num w-n no-t" title="Workers that have it registered">Workers</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.name} row={row} within={within} />
        ))}
      </tbody>
    </table>
  </div>
)
