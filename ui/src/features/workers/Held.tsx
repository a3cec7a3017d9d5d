import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { WorkerTask, WorkerTaskList } from '@/api/workers'
import { Glyph } from '@/components/Glyph'
import { Section } from '@/components/Page'
import { Line, TaskName, Unknown } from '@/components/Text'
import { Age, Elapsed, Time, Until } from '@/components/Time'
import { plural, whole } from '@/lib/count'
import { shortId } from '@/lib/text'

function Values({ task: { args, kwargs } }: { task: WorkerTask }) {
  const shown = [args, kwargs].filter((text) => text && !['()', '[]', '{}'].includes(text)).join(' ')
  return shown ? (
    <code className="ell wk-args" title={shown.slice(0, 400)}>
      <Line text={shown} limit={160} />
    </code>
  ) : (
    <span className="dim">none</span>
  )
}

function Row({ task, state, end }: { task: WorkerTask; state: ReactNode; end: ReactNode }) {
  return (
    <tr>
      <td className="p1 nm">
        <Link className="q ell" to="/tasks/$id" params={{ id: task.id }}>
          <TaskName name={task.name} />
        </Link>
        <span className="s">
          {state} <span className="mono">{shortId(task.id)}</span>
          {task.redelivered && <span className="c-warning"> delivered again</span>}
        </span>
      </td>
      <td className="p3">
        <Values task={task} />
      </td>
      <td className="no-t">{task.queue ? <Line text={task.queue} limit={60} /> : <Unknown why="The worker did not tell" />}</td>
      <td className="num p4">{end}</td>
    </tr>
  )
}

function Table({ head, children }: { head: string; children: ReactNode }) {
  return (
    <div className="panel tw">
      <table className="mt wt">
        <thead>
          <tr>
            <th>Task</th>
            <th>Arguments</th>
            <th className="no-t">Queue</th>
            <th className="num">{head}</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

const rest = ({ total, items }: WorkerTaskList): number => Math.max(0, (total ?? 0) - items.length)
const note = ({ total, at }: WorkerTaskList): ReactNode => (
  <>
    {total !== null && whole(total)}
    {at && <>{total !== null && ', '}told <Age at={at} /> ago</>}
  </>
)

/** What it runs at this moment, by its own list, each with how long. */
export function RunsNow({ list }: { list: WorkerTaskList }) {
  if (list.items.length === 0) return null
  return (
    <Section title="Runs now" note={note(list)}>
      <Table head="For">
        {list.items.map((task) => (
          <Row key={task.id} task={task} state={<><Glyph kind="running" /> {task.pid !== null && `in process ${task.pid}`}</>} end={task.started_at ? <Elapsed from={task.started_at} /> : <Unknown why="The worker did not tell" />} />
        ))}
      </Table>
      {rest(list) > 0 && <p className="dim sm">And {plural(rest(list), 'more task')}.</p>}
    </Section>
  )
}

/** What it holds and has not begun: taken from the queue and waiting for a slot, or for their time. */
export function Waiting({ reserved, scheduled }: { reserved: WorkerTaskList; scheduled: WorkerTaskList }) {
  if (reserved.items.length + scheduled.items.length === 0) return null
  const total = (reserved.total ?? 0) + (scheduled.total ?? 0)
  const left = rest(reserved) + rest(scheduled)
  const told = reserved.at ?? scheduled.at
  return (
    <Section title="In the worker, not yet running" note={note({ total, at: told, items: [] })}>
      <Table head="Why it waits">
        {reserved.items.map((task) => (
          <Row key={task.id} task={task} state={<><Glyph kind="received" /> received</>} end={task.received_at ? <>held <Age at={task.received_at} />, for a free slot</> : 'for a free slot'} />
        ))}
        {scheduled.items.map((task) => (
          <Row key={task.id} task={task} state={<><Glyph kind="pending" /> until its ETA</>} end={task.eta ? <><Time at={task.eta} precision="second" />, <Until at={task.eta} /></> : <Unknown why="The worker did not tell" />} />
        ))}
      </Table>
      {left > 0 && <p className="dim sm">And {plural(left, 'more task')}.</p>}
    </Section>
  )
}
