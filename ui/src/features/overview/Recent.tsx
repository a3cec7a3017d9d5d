import { Link } from '@tanstack/react-router'

import type { TaskRow } from '@/api/types'
import { StateWord } from '@/components/StateWord'
import { Line, TaskName } from '@/components/Text'
import { Duration, Elapsed, Time } from '@/components/Time'
import { argumentLine } from '@/lib/arguments'
import { isRunning } from '@/lib/states'
import { shortId } from '@/lib/text'

function Row({ row }: { row: TaskRow }) {
  const given = argumentLine(row.args, row.kwargs)
  const ran = row.runtime_s != null ? <Duration seconds={row.runtime_s} /> : isRunning(row.state) && row.started_at ? <Elapsed from={row.started_at} /> : '—'
  return (
    <tr>
      <td className="p2 w-state">
        <StateWord state={row.state} verdict={row.verdict?.code} />
      </td>
      <td className="p1 ell">
        <Link className="q" to="/tasks/$id" params={{ id: row.id }}>
          <TaskName name={row.name} />
        </Link>
      </td>
      <td className="no-m w-id">
        <span className="id">
          <Line text={shortId(row.id)} />
        </span>
      </td>
      <td className="p3 ell">{given && <code className="mid"><Line text={given} limit={120} /></code>}</td>
      <td className="num no-m w-time">{row.received_at ? <Time at={row.received_at} precision="second" /> : '—'}</td>
      <td className="num no-m no-t w-time">{row.started_at ? <Time at={row.started_at} precision="second" /> : '—'}</td>
      <td className="num p4 w-time">{ran}</td>
    </tr>
  )
}

/** The newest tasks, as they come. */
export const Recent = ({ rows }: { rows: readonly TaskRow[] }) => (
  <div className="panel tw">
    <table className="mt fix">
      <thead>
        <tr>
          <th className="w-state">State</th>
          <th>Task</th>
          <th className="w-id">Id</th>
          <th>Arguments</th>
          <th className="num w-time">Received</th>
          <th className="num w-time no-t">Started</th>
          <th className="num w-time">Run time</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </tbody>
    </table>
  </div>
)
