import { Link } from '@tanstack/react-router'

import type { TaskRow } from '@/api/types'
import { ProgressBar } from '@/components/Meter'
import { Line } from '@/components/Text'
import { Duration, Elapsed, Time } from '@/components/Time'
import { argumentLine } from '@/lib/arguments'
import { thrown } from '@/lib/exception'
import { progress } from '@/lib/progress'
import { shortId } from '@/lib/text'

const Given = ({ row }: { row: TaskRow }) => (
  <code>
    <Line text={argumentLine(row.args, row.kwargs) ?? '—'} limit={160} />
  </code>
)

const Id = ({ row }: { row: TaskRow }) => (
  <Link className="q id" to="/tasks/$id" params={{ id: row.id }}>
    <Line text={shortId(row.id)} />
  </Link>
)

/** What runs now, with how far it is and for how long. */
export const Running = ({ rows }: { rows: readonly TaskRow[] }) => (
  <div className="panel tw">
    <table className="mt fix">
      <thead>
        <tr>
          <th>Arguments</th>
          <th className="w-id">Id</th>
          <th>Progress</th>
          <th className="num w-time">Elapsed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const told = progress(row.progress)
          return (
            <tr key={row.id}>
              <td className="p1 ell"><Given row={row} /></td>
              <td className="p3 w-id"><Id row={row} /></td>
              <td className="p5">{told ? <ProgressBar value={told} /> : <span className="dim">not told</span>}</td>
              <td className="num p2 w-time">{row.started_at ? <Elapsed from={row.started_at} /> : '—'}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  </div>
)

/** The newest failures: why, with which arguments, and when. */
export const LatestFailures = ({ rows }: { rows: readonly TaskRow[] }) => (
  <div className="panel tw">
    <table className="mt fix">
      <thead>
        <tr>
          <th>Exception</th>
          <th className="no-t">Arguments</th>
          <th className="w-id">Id</th>
          <th className="num w-time">Ended</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="p1 ell c-failure">
              <Line text={row.exception ? thrown(row.exception).message : 'not told'} limit={160} />
            </td>
            <td className="p5 ell no-t"><Given row={row} /></td>
            <td className="p3 w-id"><Id row={row} /></td>
            <td className="num p2 w-time">{row.finished_at ? <Time at={row.finished_at} precision="second" /> : '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

export const Slowest = ({ rows }: { rows: readonly TaskRow[] }) => (
  <div className="panel tw">
    <table className="mt fix">
      <thead>
        <tr>
          <th>Arguments</th>
          <th className="w-id">Id</th>
          <th className="num w-time">Ended</th>
          <th className="num w-time">Run time</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="p1 ell"><Given row={row} /></td>
            <td className="p3 w-id"><Id row={row} /></td>
            <td className="num p4 w-time">{row.finished_at ? <Time at={row.finished_at} /> : '—'}</td>
            <td className="num p2 w-time">{row.runtime_s === null ? '—' : <Duration seconds={row.runtime_s} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
