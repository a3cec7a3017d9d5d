import { Link } from '@tanstack/react-router'

import type { SelfReport, SelfWorker } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Section } from '@/components/Page'
import { Line, Unknown } from '@/components/Text'
import { Age } from '@/components/Time'
import { percent, plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'
import { quote } from '@/lib/search-text'

/** As `model/trust.py` has it: clocks that differ by more, and shares that are told. */
const clockOff = 5
const lossTold = 0.001

const why = {
  waiting: 'Its count is compared from the second heartbeat after its first task on',
  no_heartbeats: 'It sends no heartbeats, which carry its count',
  no_task_events: 'It sends no task events: start it with -E',
} as const

function Share({ worker: { state, expected, lost, loss_ratio: ratio } }: { worker: SelfWorker }) {
  if (state === 'no_task_events')
    return (
      <span className="st c-warning" title={why[state]}>
        <Glyph kind="warning" />
        no events
      </span>
    )
  if (state !== 'measured') return <Unknown why={why[state]} />
  if (expected === 0) return <Unknown why="It has run no task since it is compared" />
  const share = ratio ?? 0
  return share > lossTold && lost > 1 ? <b className="c-warning">{percent(share)}</b> : <>{percent(share)}</>
}

function Clock({ offset }: { offset: number | null }) {
  if (offset == null) return <Unknown why="No heartbeat came" />
  if (Math.abs(offset) < clockOff) return <>{duration(Math.abs(offset))}</>
  return (
    <b className="c-warning">
      {duration(Math.abs(offset))} {offset > 0 ? 'slow' : 'fast'}
    </b>
  )
}

const counted = (worker: SelfWorker, value: number) => (worker.expected === 0 ? <Unknown why={worker.state === 'measured' ? 'It has run no task since it is compared' : why[worker.state]} /> : whole(value))

/** What is missing; where tasks ran that send no events, these are left out, and said. */
function Missed({ worker }: { worker: SelfWorker }) {
  if (!worker.mute) return counted(worker, worker.lost)
  return (
    <span className="hint" title={`${plural(worker.mute, 'run')} of tasks that send no events (send_events = False) are not held for missed`}>
      {counted(worker, worker.lost)}
    </span>
  )
}

function Row({ worker }: { worker: SelfWorker }) {
  return (
    <tr>
      <td className="p1">
        <Link className="q fw5 ell nb" to="/tasks" search={{ search: `worker:${quote(worker.name)}` }} title={`Tasks of ${worker.name}`.slice(0, 300)}>
          <Line text={worker.name} limit={160} />
        </Link>
      </td>
      <td className="num no-m">{counted(worker, worker.expected)}</td>
      <td className="num no-m">{counted(worker, worker.expected - worker.lost)}</td>
      <td className="num p4">
        <Missed worker={worker} />
        <span className="only-m"> missed</span>
      </td>
      <td className="num p2">
        <Share worker={worker} />
      </td>
      <td className="num no-t">
        <Clock offset={worker.clock_offset_s} />
      </td>
      <td className="num p3">
        <span className="only-m">heartbeat </span>
        {worker.last_heartbeat_at ? <><Age at={worker.last_heartbeat_at} /> ago</> : <Unknown why="No heartbeat was heard" />}
      </td>
    </tr>
  )
}

/** Each worker's own count of tasks beside what arrived of them. */
export function WorkerLoss({ report }: { report: SelfReport }) {
  const { account, workers_left_out: leftOut } = report
  const minutes = Math.round(account.window_s / 60)
  return (
    <Section title="Loss by worker" note="tasks as the worker counted them, and as their events arrived here">
      <div className="panel tw">
        {account.workers.length === 0 ? (
          <p className="panel-b mid">No worker has been heard since Umbel started. Each is listed from its first heartbeat on.</p>
        ) : (
          <table className="mt fix lt">
            <thead>
              <tr>
                <th>Worker</th>
                <th className="num w-num">Counted</th>
                <th className="num w-num">Arrived</th>
                <th className="num w-num">Missed</th>
                <th className="num w-share">Share, {minutes} min</th>
                <th className="num no-t w-clock" title="How far its clock is from Umbel's, the way of its heartbeats included">
                  Clock
                </th>
                <th className="num w-beat">Heartbeat</th>
              </tr>
            </thead>
            <tbody>
              {account.workers.map((worker) => (
                <Row key={worker.name} worker={worker} />
              ))}
            </tbody>
          </table>
        )}
        {leftOut > 0 && <p className="panel-b dim sm">{plural(leftOut, 'more worker')}, which lose less, are left out.</p>}
      </div>
    </Section>
  )
}
