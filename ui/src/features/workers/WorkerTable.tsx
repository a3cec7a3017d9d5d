import { Link } from '@tanstack/react-router'

import type { Worker } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Line, Unknown } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { whole } from '@/lib/count'
import { duration } from '@/lib/duration'
import { quote } from '@/lib/search-text'

/** Seconds of difference between clocks above which times of a worker are doubtful. */
const doubtful = 5

function State({ worker: { state, reason } }: { worker: Worker }) {
  if (state === 'online') return <span className="mid">online</span>
  const look = { offline: { kind: 'critical', word: 'OFFLINE' }, silent: { kind: 'warning', word: 'silent' }, unknown: { kind: 'unknown', word: 'unknown' } } as const
  const { kind, word } = look[state]
  return (
    <span className={`st c-${kind}`} title={reason.slice(0, 400)}>
      <Glyph kind={kind} />
      {word}
    </span>
  )
}

const number = (value: number | null | undefined, why: string) => (value == null ? <Unknown why={why} /> : whole(value))

function Active({ worker }: { worker: Worker }) {
  const { active, running, name } = worker
  if (active == null && running == null) return <Unknown why="No heartbeat told it" />
  return (
    <Link className="q" to="/tasks" search={{ search: `worker:${quote(name)} state:started` }} title={running == null ? 'Its running tasks' : `${running} by their events; the worker's own count is ${active ?? 'unknown'}`}>
      {whole(active ?? running ?? 0)}
    </Link>
  )
}

function Heartbeat({ worker }: { worker: Worker }) {
  const { last_heartbeat_at: at, online_since: since, state } = worker
  return (
    <>
      {at ? (
        <span className={state === 'offline' ? 'c-critical fw5' : state === 'silent' ? 'c-warning fw5' : undefined}>
          <Age at={at} /> ago
        </span>
      ) : (
        <Unknown why="No heartbeat was ever heard" />
      )}
      {at && <span className="s no-m">{since && state !== 'offline' ? <>up <Age at={since} /></> : <Time at={at} precision="second" />}</span>}
    </>
  )
}

function Clock({ offset }: { offset: number | null | undefined }) {
  if (offset == null) return <Unknown why="No event with a time of its own came" />
  const text = Math.abs(offset) < 0.001 ? '0 s' : `${offset < 0 ? '−' : '+'}${duration(Math.abs(offset))}`
  return Math.abs(offset) < doubtful ? <>{text}</> : <span className="c-warning" title="Times of this worker are off by this much">{text}</span>
}

const software = ({ software: name, software_version: version, system }: Worker): string => [[name, version].filter(Boolean).join(' '), system].filter(Boolean).join(', ')

function Row({ worker }: { worker: Worker }) {
  return (
    <tr className={worker.state === 'offline' ? 'off' : undefined}>
      <td className="p1 nm">
        <Link className="q fw5 ell" to="/tasks" search={{ search: `worker:${quote(worker.name)}` }} title={`Tasks of ${worker.name}`.slice(0, 300)}>
          <Line text={worker.name} limit={160} />
        </Link>
        {software(worker) && (
          <span className="s no-m ell">
            <Line text={software(worker)} limit={80} />
          </span>
        )}
      </td>
      <td className="p2">
        <State worker={worker} />
      </td>
      <td className="num p4">
        <span className="only-m">runs </span>
        <Active worker={worker} />
      </td>
      <td className="num">{number(worker.processed, 'No heartbeat told it')}</td>
      <td className="num no-t">{worker.loadavg ? worker.loadavg.map((load) => load.toFixed(2)).join('  ') : <Unknown why="No heartbeat told it" />}</td>
      <td className="num nm p3 beat">
        <span className="only-m">heard </span>
        <Heartbeat worker={worker} />
      </td>
      <td className="num no-t">
        <Clock offset={worker.clock_offset_s} />
      </td>
      <td className="num no-t">{worker.pid ?? <Unknown why="No event told it" />}</td>
      <td className="num no-t">{worker.restarts === 0 ? <span className="dim">none</span> : whole(worker.restarts)}</td>
    </tr>
  )
}

export function WorkerTable({ items }: { items: readonly Worker[] }) {
  return (
    <div className="panel tw">
      <table className="mt wt fix">
        <thead>
          <tr>
            <th>Worker</th>
            <th className="w-word">State</th>
            <th className="num w-num">Runs now</th>
            <th className="num w-done">Done</th>
            <th className="num no-t w-load" title="Of its host: over 1, 5 and 15 minutes">
              Load
            </th>
            <th className="num w-beat">Heartbeat</th>
            <th className="num no-t w-clock" title="How far its clock is behind Umbel's (+) or ahead of it (−), the way of its heartbeats included">
              Clock
            </th>
            <th className="num no-t w-num">PID</th>
            <th className="num no-t w-num">Restarts</th>
          </tr>
        </thead>
        <tbody>
          {items.map((worker) => (
            <Row key={worker.name} worker={worker} />
          ))}
        </tbody>
      </table>
    </div>
  )
}
