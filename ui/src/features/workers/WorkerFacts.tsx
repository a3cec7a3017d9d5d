import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { WorkerDetail } from '@/api/workers'
import { Glyph } from '@/components/Glyph'
import { Line, Unknown } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { percent, plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'
import { quote } from '@/lib/search-text'

import { Clock, Cpu, Memory } from './words'

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)

const never = 'It never answered: remote control may be off, or it was never asked while it lived'

function poolWords({ pool }: WorkerDetail): string | null {
  if (!pool) return null
  const scale = pool.autoscale_max === null ? '' : `, autoscale ${pool.autoscale_min ?? 0} to ${pool.autoscale_max}`
  return `${pool.kind}${pool.slots === null ? '' : `, ${plural(pool.slots, 'slot')}`}${scale}`
}

function limitWords({ pool }: WorkerDetail): string {
  const { soft_time_limit_s: soft, time_limit_s: hard } = pool ?? {}
  if (!soft && !hard) return 'none'
  return [soft && `${duration(soft)} soft`, hard && `${duration(hard)} hard`].filter(Boolean).join(', ')
}

export function WorkerFacts({ detail }: { detail: WorkerDetail }) {
  const { worker, queues } = detail
  const held = worker.reserved === null && worker.scheduled === null ? null : `${whole(worker.reserved ?? 0)}, and ${whole(worker.scheduled ?? 0)} until ETA`
  return (
    <div className="panel">
      <div className="sec-h">
        <h2>Facts</h2>
        <span className="note">{worker.answered_at ? <>answered <Age at={worker.answered_at} /> ago</> : 'never answered'}</span>
      </div>
      <div className="panel-b">
        <dl className="facts">
          <Fact name="Pool">{poolWords(detail) ?? <Unknown why={never} />}</Fact>
          <Fact name="Queues">
            {queues.length === 0 ? (
              <Unknown why={never} />
            ) : (
              queues.slice(0, 8).map(({ name }, index) => (
                <span key={name}>
                  {index > 0 && ', '}
                  <Link className="q" to="/tasks" search={{ search: `queue:${quote(name)}` }}>
                    <Line text={name} limit={60} />
                  </Link>
                </span>
              ))
            )}
            {queues.length > 8 && ` and ${queues.length - 8} more`}
          </Fact>
          <Fact name="Prefetch">{detail.prefetch === null ? <Unknown why={never} /> : detail.prefetch === 0 ? 'no bound' : whole(detail.prefetch)}</Fact>
          <Fact name="In the worker">{held ?? <Unknown why={worker.state === 'offline' ? 'It is offline' : never} />}</Fact>
          <Fact name="Time limits">{detail.pool ? limitWords(detail) : <Unknown why={never} />}</Fact>
          {detail.pool?.max_tasks_per_child != null && <Fact name="Tasks a process">{whole(detail.pool.max_tasks_per_child)}</Fact>}
          <Fact name="Process">{worker.pid ?? <Unknown why="No event told it" />}</Fact>
          <Fact name="CPU">
            <Cpu worker={worker} />
          </Fact>
          <Fact name="Memory">
            <Memory worker={worker} />
          </Fact>
          <Fact name="Load">{worker.loadavg ? worker.loadavg.map((load) => load.toFixed(2)).join(', ') : <Unknown why="No heartbeat told it" />}</Fact>
          <Fact name="Software">{worker.software ? <Line text={[worker.software, worker.software_version].filter(Boolean).join(' ')} limit={60} /> : <Unknown why="No heartbeat told it" />}</Fact>
          <Fact name="Started">{detail.started_at ?? worker.online_since ? <Time at={detail.started_at ?? worker.online_since ?? ''} /> : <Unknown why="No event told it" />}</Fact>
          <Fact name="Heartbeat">{worker.last_heartbeat_at ? <><Age at={worker.last_heartbeat_at} /> ago{worker.freq_s !== null && `, every ${duration(worker.freq_s)}`}</> : <Unknown why="No heartbeat was ever heard" />}</Fact>
          <Fact name="Clock">
            <Clock offset={worker.clock_offset_s} />
          </Fact>
          <Fact name="Done">{worker.processed === null ? <Unknown why="No heartbeat told it" /> : whole(worker.processed)}</Fact>
        </dl>
      </div>
    </div>
  )
}

const Check = ({ good, children }: { good: boolean | null; children: ReactNode }) => (
  <div className="wk-chk">
    <Glyph kind={good === null ? 'unknown' : good ? 'healthy' : 'warning'} />
    <span className="mid">{children}</span>
  </div>
)

/** How far what is shown can be trusted. */
export function Seen({ detail }: { detail: WorkerDetail }) {
  const { worker, loss } = detail
  const isLosing = loss !== null && loss.lost > 0
  return (
    <div className="panel mt16">
      <div className="sec-h">
        <h2>What Umbel sees of it</h2>
      </div>
      <div className="panel-b">
        {loss === null || loss.expected === 0 ? <Check good={null}>No count of its own came yet, so nobody knows whether events are missing</Check> : <Check good={!isLosing}>{isLosing ? `${whole(loss.lost)} of ${plural(loss.expected, 'task')} came without all of their events${loss.ratio ? `, ${percent(loss.ratio)} of late` : ''}` : `Nothing missed: ${plural(loss.expected, 'task')} processed and seen`}</Check>}
        <Check good={worker.answered_at ? worker.missed === 0 : null}>{worker.answered_at ? (worker.missed === 0 ? 'It answers when it is asked' : `It let ${plural(worker.missed, 'question')} pass since it last said anything`) : 'It never answered a question'}</Check>
        {worker.shares_name && <Check good={false}>Several workers share this name: what one says hides what the others say. Start each with a name of its own (-n)</Check>}
      </div>
    </div>
  )
}
