import { Link } from '@tanstack/react-router'

import type { TaskRow } from '@/api/types'
import { StateWord } from '@/components/StateWord'
import { Line, TaskName, Unknown } from '@/components/Text'
import { Duration, Elapsed, Time } from '@/components/Time'
import type { Column } from '@/components/table-columns'
import { argumentLine } from '@/lib/arguments'
import { hasEnded, isLost, isRunning } from '@/lib/states'
import { shortId } from '@/lib/text'

import { Outcome } from './Outcome'

const Dash = () => <span className="dim">—</span>

const when = (at: string | null | undefined) => (at ? <Time at={at} precision="second" /> : <Dash />)

function Runtime({ row }: { row: TaskRow }) {
  if (row.runtime_s != null && hasEnded(row.state)) return <Duration seconds={row.runtime_s} />
  if (isRunning(row.state) && row.started_at && !isLost(row.verdict?.code)) return <span className="c-running"><Elapsed from={row.started_at} /></span>
  if (row.runtime_s != null) return <Duration seconds={row.runtime_s} />
  return hasEnded(row.state) && row.started_at ? <Unknown why="The end of this run was not seen" /> : <Dash />
}

function Arguments({ row }: { row: TaskRow }) {
  const line = argumentLine(row.args, row.kwargs)
  if (line === null) return <Unknown why="No event told the arguments" />
  if (line === '') return <span className="dim">none</span>
  return (
    <code className="mid" title={line.length > 24 ? line.slice(0, 400) : undefined}>
      <Line text={line} />
    </code>
  )
}

const all: readonly Column<TaskRow>[] = [
  { id: 'state', title: 'State', min: 92, grow: 0, rank: 0, place: 'p2', sort: 'state', cell: (row) => <StateWord state={row.state} verdict={row.verdict?.code} /> },
  {
    id: 'name',
    title: 'Task',
    min: 176,
    grow: 1.6,
    rank: 0,
    place: 'p1',
    sort: 'name',
    cell: (row) => (
      <Link className="open" to="/tasks/$id" params={{ id: row.id }}>
        <TaskName name={row.name} />
      </Link>
    ),
  },
  { id: 'args', title: 'Arguments', min: 132, grow: 1.1, rank: 3, place: 'p3', cell: (row) => <Arguments row={row} /> },
  { id: 'outcome', title: 'Result or reason', min: 160, grow: 1.5, rank: 1, place: 'p5', cell: (row) => <Outcome row={row} /> },
  { id: 'id', title: 'UUID', min: 70, grow: 0, rank: 5, cell: (row) => <span className="id" title={row.id.slice(0, 300)}><Line text={shortId(row.id)} /></span> },
  { id: 'worker', title: 'Worker', min: 112, grow: 0.8, rank: 4, sort: 'worker', cell: (row) => (row.worker ? <span className="mid" title={row.worker.slice(0, 300)}><Line text={row.worker} limit={120} /></span> : <Dash />) },
  { id: 'queue', title: 'Queue', min: 96, grow: 0.3, rank: 8, cell: (row) => (row.queue ? <span className="mid"><Line text={row.queue} limit={80} /></span> : <Unknown why="Only sent events tell the queue: task_send_sent_event = True" />) },
  { id: 'retries', title: 'Retries', min: 58, grow: 0, rank: 9, num: true, sort: 'retries', cell: (row) => (row.max_retries == null ? row.retries : `${row.retries}/${row.max_retries}`) },
  { id: 'received', title: 'Received', min: 74, grow: 0, rank: 2, num: true, sort: 'received', cell: (row) => when(row.received_at) },
  { id: 'started', title: 'Started', min: 70, grow: 0, rank: 6, num: true, sort: 'started', cell: (row) => when(row.started_at) },
  { id: 'finished', title: 'Ended', min: 70, grow: 0, rank: 7, num: true, sort: 'finished', cell: (row) => when(row.finished_at) },
  { id: 'runtime', title: 'Run time', min: 76, grow: 0, rank: 0, num: true, place: 'p4', sort: 'runtime', cell: (row) => <Runtime row={row} /> },
]

const byDefault = ['state', 'name', 'args', 'outcome', 'id', 'worker', 'received', 'started', 'runtime']
/** Without these a row says nothing, so they stay. */
const fixed = new Set(['state', 'name'])
const timed = new Set(['received', 'started', 'finished'])

export const columnChoices = all.map(({ id, title }) => ({ id, title, fixed: fixed.has(id) }))

export const defaultColumns: readonly string[] = byDefault

/** The chosen columns in their order, as wide as they were pulled; times need more room when each of them says UTC. */
export function taskColumns(chosen: readonly string[], utc: boolean, widths: Readonly<Record<string, number>> = {}): Column<TaskRow>[] {
  const wanted = [...[...fixed].filter((id) => !chosen.includes(id)), ...new Set(chosen)]
  return wanted
    .flatMap((id) => all.find((column) => column.id === id) ?? [])
    .map((column) => ({ ...column, min: utc && timed.has(column.id) ? column.min + 32 : column.min, width: widths[column.id] }))
}
