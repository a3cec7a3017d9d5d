import { Link } from '@tanstack/react-router'
import { Copy } from 'lucide-react'

import type { WorkflowTask } from '@/api/workflow'
import { StateWord } from '@/components/StateWord'
import { Line, TaskName, Unknown } from '@/components/Text'
import { Duration, Time } from '@/components/Time'
import { thrown } from '@/lib/exception'
import { copy } from '@/lib/toasts'

/** The task of the graph that was pressed. */
export function Picked({ task, isCritical }: { task: WorkflowTask; isCritical: boolean }) {
  const error = task.exception ? thrown(task.exception) : null
  return (
    <section className="panel" aria-label="Picked task">
      <div className="sec-h">
        <h2 className="ell">
          <TaskName name={task.name} />
        </h2>
        <span className="end">
          <Link className="link sm" to="/tasks/$id" params={{ id: task.id }}>
            Open
          </Link>
        </span>
      </div>
      <div className="panel-b">
        <dl className="facts">
          <dt>State</dt>
          <dd>
            <StateWord state={task.state} verdict={task.verdict?.code} />
          </dd>
          <dt>Worker</dt>
          <dd>{task.worker ? <Line text={task.worker} limit={80} /> : <Unknown why="No worker has taken it" />}</dd>
          <dt>Retries</dt>
          <dd>{task.retries}</dd>
          <dt>Started</dt>
          <dd>{task.started_at ? <Time at={task.started_at} precision="ms" /> : <Unknown why="It has not started" />}</dd>
          <dt>Ran</dt>
          <dd>{task.runtime_s == null ? <Unknown why="Its end was not seen" /> : <Duration seconds={task.runtime_s} />}</dd>
          {error && (
            <>
              <dt>Exception</dt>
              <dd className="c-failure" title={task.exception ?? ''}>
                <Line text={error.message || error.type} limit={120} />
              </dd>
            </>
          )}
        </dl>
        {task.verdict && (
          <p className="mt12 mid">
            <Line text={task.verdict.text} limit={300} />.
          </p>
        )}
        {isCritical && <p className="mt12 dim sm">It is on the critical path: had it been faster, all would have ended sooner.</p>}
        <p className="mt12">
          <button type="button" className="btn" onClick={() => void copy(task.id, 'the id')}>
            <Copy className="i" />
            Copy id
          </button>
        </p>
      </div>
    </section>
  )
}
