import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { RegisteredTask, WorkerDetail } from '@/api/workers'
import { Section } from '@/components/Page'
import { Line, TaskName, Unknown } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { bytes, plural, whole } from '@/lib/count'
import { quote } from '@/lib/search-text'

function ageOf({ ages }: WorkerDetail, part: string): ReactNode {
  const at = ages.find((one) => one.part === part)?.at
  return at ? <>, told <Age at={at} /> ago</> : null
}

function Fold({ title, note, children }: { title: string; note: ReactNode; children: ReactNode }) {
  return (
    <details className="panel wk-panel mt16">
      <summary>
        {title}
        <span className="note">{note}</span>
      </summary>
      <div className="scroll" tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
    </details>
  )
}

const limits = ({ time_limit: hard, soft_time_limit: soft }: RegisteredTask): string => [soft && `${soft} s soft`, hard && `${hard} s hard`].filter(Boolean).join(', ')
const none = <span className="dim">none</span>

function Registered({ tasks }: { tasks: readonly RegisteredTask[] }) {
  return (
    <table className="mt">
      <thead>
        <tr>
          <th>Task</th>
          <th className="num">Runs</th>
          <th className="num">Rate limit</th>
          <th className="num">Time limits</th>
          <th className="num">Retries</th>
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <tr key={task.name}>
            <td className="p1">
              <Link className="q" to="/tasks" search={{ search: `name:${quote(task.name)}` }}>
                <TaskName name={task.name} />
              </Link>
            </td>
            <td className="num p2">{whole(task.runs ?? 0)}</td>
            <td className="num p3">{task.rate_limit ? <Line text={task.rate_limit} limit={40} /> : none}</td>
            <td className="num">{limits(task) ? <Line text={limits(task)} limit={60} /> : none}</td>
            <td className="num p4">{task.max_retries ?? 'for ever'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What Umbel's agent reads of each process. */
function Processes({ agent }: { agent: NonNullable<WorkerDetail['agent']> }) {
  const all = [{ ...agent.main, role: 'main' }, ...agent.children.map((one) => ({ ...one, role: 'pool' }))]
  return (
    <table className="mt">
      <thead>
        <tr>
          <th>Process</th>
          <th>Of</th>
          <th className="num">CPU</th>
          <th className="num">Memory</th>
        </tr>
      </thead>
      <tbody>
        {all.map(({ pid, role, cpu, memory_bytes: size }) => (
          <tr key={pid}>
            <td className="p1">{pid}</td>
            <td className="p2">{role}</td>
            <td className="num p3">{cpu === null ? <Unknown why="The first sample tells no share" /> : `${Math.round(cpu * 100)} %`}</td>
            <td className="num p4">{size === null ? <Unknown why="The agent could not read it" /> : bytes(size)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** What the worker knows, was told to drop, and is set to: asked rarely, so that each says how old it is. */
export function Setup({ detail }: { detail: WorkerDetail }) {
  const { agent, registered, revoked, revoked_total: total, conf, queues } = detail
  const settings = Object.entries(conf)
  if (detail.ages.length === 0 && !agent) return null
  return (
    <Section title="Set up">
      {agent && (
        <Fold title="Processes" note={<>{whole(agent.children_total + 1)}, read by the agent <Age at={agent.at} /> ago; CPU of one core</>}>
          <Processes agent={agent} />
        </Fold>
      )}
      {registered.length > 0 && (
        <Fold title="Registered tasks" note={<>{whole(registered.length)}{ageOf(detail, 'registered')}</>}>
          <Registered tasks={registered} />
        </Fold>
      )}
      {queues.length > 0 && (
        <Fold title="Queues" note={<>{whole(queues.length)}{ageOf(detail, 'active_queues')}</>}>
          <table className="mt">
            <thead>
              <tr>
                <th>Queue</th>
                <th>Exchange</th>
                <th>Routing key</th>
                <th className="num">Priorities</th>
              </tr>
            </thead>
            <tbody>
              {queues.map((queue) => (
                <tr key={queue.name}>
                  <td className="p1">
                    <Line text={queue.name} limit={120} />
                  </td>
                  <td className="p3">
                    <Line text={[queue.exchange, queue.exchange_type].filter(Boolean).join(', ')} limit={120} />
                  </td>
                  <td>
                    <Line text={queue.routing_key ?? ''} limit={120} />
                  </td>
                  <td className="num p4">{queue.max_priority ?? none}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Fold>
      )}
      {settings.length > 0 && (
        <Fold title="Configuration" note={<>{plural(settings.length, 'setting')} that {settings.length === 1 ? 'differs' : 'differ'} from the default, secrets masked{ageOf(detail, 'conf')}</>}>
          <dl className="facts wk-conf panel-b">
            {settings.map(([name, value]) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>
                  <Line text={name} limit={120} />
                </dt>
                <dd>
                  <Line text={value} limit={400} />
                </dd>
              </div>
            ))}
          </dl>
        </Fold>
      )}
      {(total ?? 0) > 0 && (
        <Fold title="Revoked" note={<>{plural(total ?? 0, 'id')} that it will not run{ageOf(detail, 'revoked')}</>}>
          <div className="wk-ids">
            {revoked.map((id) => (
              <div key={id}>
                <Link className="q" to="/tasks/$id" params={{ id }}>
                  <Line text={id} limit={80} />
                </Link>
              </div>
            ))}
            {(total ?? 0) > revoked.length && <div className="dim">and {whole((total ?? 0) - revoked.length)} more</div>}
          </div>
        </Fold>
      )}
    </Section>
  )
}

/** When it was started: a restart is another process under the same name. */
export function Starts({ detail }: { detail: WorkerDetail }) {
  const { processes, worker } = detail
  if (processes.length === 0) return null
  const newest = [...processes].reverse().slice(0, 12)
  return (
    <Section title="What happened" note={plural(processes.length, 'start') + ' seen'}>
      <ul className="wk-what" role="list">
        {worker.offline_since && (
          <li>
            <Time at={worker.offline_since} precision="second" />
            <span>
              <Line text={worker.reason === 'it said that it stops' ? 'It said that it stops' : 'Last heard; no goodbye came'} limit={200} />
            </span>
          </li>
        )}
        {newest.map(({ pid, started_at: at, last_at: last }, index) => (
          <li key={at}>
            <Time at={at} precision="second" />
            <span>
              {index === processes.length - 1 ? 'Started' : 'Started anew'} as process {pid}
              {index > 0 && <span className="dim">, last heard <Time at={last} precision="second" /></span>}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}
