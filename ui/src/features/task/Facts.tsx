import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { TaskDetail } from '@/api/types'
import { StateWord } from '@/components/StateWord'
import { Line, TaskName, Unknown } from '@/components/Text'
import { Duration, Time } from '@/components/Time'
import { bytes } from '@/lib/count'
import { quote } from '@/lib/search-text'

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)

const Find = ({ field, value }: { field: string; value: string }) => (
  <Link className="q" to="/tasks" search={{ search: `${field}:${quote(value)}` }} title={`Tasks with this ${field}`}>
    <Line text={value} limit={160} />
  </Link>
)

const at = (iso: string | null | undefined, why: string) => (iso ? <Time at={iso} precision="ms" /> : <Unknown why={why} />)

const noSent = 'No sent event came: task_send_sent_event = True makes producers report it'

export function Facts({ task }: { task: TaskDetail }) {
  const noWorker = 'No worker has taken it yet'
  return (
    <div className="panel">
      <div className="sec-h">
        <h2>Facts</h2>
      </div>
      <div className="panel-b">
        <dl className="facts">
          <Fact name="State">
            <StateWord state={task.state} verdict={task.verdict?.code} />
          </Fact>
          <Fact name="Task">
            {task.name ? (
              <Link className="q" to="/tasks" search={{ search: `name:${quote(task.name)}` }} title="Tasks with this name">
                <TaskName name={task.name} />
              </Link>
            ) : (
              <TaskName name={task.name} />
            )}
          </Fact>
          <Fact name="Queue">{task.queue ? <Find field="queue" value={task.queue} /> : <Unknown why={noSent} />}</Fact>
          <Fact name="Worker">{task.worker ? <Find field="worker" value={task.worker} /> : <Unknown why={noWorker} />}</Fact>
          <Fact name="Retries">{task.max_retries == null ? task.retries : `${task.retries}/${task.max_retries}`}</Fact>
          <Fact name="Sent">{at(task.sent_at, noSent)}</Fact>
          <Fact name="Received">{at(task.received_at, noWorker)}</Fact>
          <Fact name="Started">{at(task.started_at, 'It has not started')}</Fact>
          <Fact name="Ended">{at(task.finished_at, 'It has not ended')}</Fact>
          <Fact name="Waited">{task.wait_s != null ? <Duration seconds={task.wait_s} /> : task.pickup_s != null ? <><Duration seconds={task.pickup_s} /> in the worker</> : <Unknown why="Sent and started are needed for it" />}</Fact>
          <Fact name="Run time">{task.runtime_s == null ? <Unknown why="Its end was not seen" /> : <Duration seconds={task.runtime_s} />}</Fact>
          {task.cpu_s != null && (
            <Fact name="CPU time">
              <Duration seconds={task.cpu_s} />
            </Fact>
          )}
          {task.peak_memory_bytes != null && <Fact name="Peak memory">{bytes(task.peak_memory_bytes)}</Fact>}
          {task.eta && <Fact name="Not before">{at(task.eta, '')}</Fact>}
          <Fact name="Expires">{task.expires ? <Time at={task.expires} precision="second" /> : 'never'}</Fact>
          {task.client && (
            <Fact name="Sent by">
              <Line text={task.client} limit={120} />
            </Fact>
          )}
          {task.routing_key && (
            <Fact name="Routing key">
              <Line text={task.routing_key} limit={120} />
            </Fact>
          )}
          {task.exchange && (
            <Fact name="Exchange">
              <Line text={task.exchange} limit={120} />
            </Fact>
          )}
        </dl>
      </div>
    </div>
  )
}
