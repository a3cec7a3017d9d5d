import { Link } from '@tanstack/react-router'

import type { Worker } from '@/api/types'
import { Sparkline } from '@/components/chart/Sparkline'
import { Line, Unknown } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { whole } from '@/lib/count'
import { quote } from '@/lib/search-text'
import { oneLine } from '@/lib/text'

import type { Group } from './groups'
import { Slots } from './Slots'
import { Cpu, Memory, WorkerState } from './words'

export type Saturation = ReadonlyMap<string, readonly (number | null)[]>

const columns = 9

function Busy({ worker }: { worker: Worker }) {
  const { active, running, name, slots, state } = worker
  const search = `worker:${quote(name)} state:started`
  if (state === 'offline')
    return running ? (
      <Link className="q c-lost fw5" to="/tasks" search={{ search }} title="They ran when it was last heard, and have no end">
        {whole(running)} lost
      </Link>
    ) : (
      <Unknown why="It is offline" />
    )
  const known = active ?? running
  if (known == null) return <Unknown why="No heartbeat told it" />
  return (
    <Link className="q" to="/tasks" search={{ search }} title={running == null ? 'Its running tasks' : `${running} by their events; the worker's own count is ${active ?? 'unknown'}`}>
      {whole(known)}
      {slots !== null && ` of ${whole(slots)}`}
    </Link>
  )
}

function Heartbeat({ worker }: { worker: Worker }) {
  const { last_heartbeat_at: at, online_since: since, state, answered_at: answered } = worker
  if (!at) return answered ? <>answered <Age at={answered} /> ago</> : <Unknown why="No heartbeat was ever heard" />
  return (
    <>
      <span className={state === 'offline' ? 'c-critical fw5' : state === 'silent' ? 'c-warning fw5' : undefined}>
        <Age at={at} /> ago
      </span>
      <span className="s no-m">{since && state !== 'offline' ? <>up <Age at={since} /></> : <Time at={at} precision="second" />}</span>
    </>
  )
}

function Done({ worker: { processed, done_per_min: rate } }: { worker: Worker }) {
  if (processed == null) return <Unknown why="No heartbeat told it" />
  return (
    <>
      {whole(processed)}
      {rate !== null && <span className="s">{whole(rate)}/min</span>}
    </>
  )
}

const poolOf = ({ pool, slots, queues_left_out: more, software, software_version: version }: Worker): string => {
  const first = pool ? (slots === null || pool === 'solo' ? pool : `${pool} ${slots}`) : ''
  return [first, more > 0 ? `${more} more queues` : '', first ? '' : [software, version].filter(Boolean).join(' ')].filter(Boolean).join(', ')
}

function Row({ worker, busy }: { worker: Worker; busy: readonly (number | null)[] | undefined }) {
  const isOff = worker.state === 'offline'
  return (
    <tr className={isOff ? 'off' : undefined}>
      <td className="p1 nm">
        <Link className="q fw5 ell" to="/workers/$name" params={{ name: worker.name }} title={oneLine(worker.name, 300)}>
          <Line text={worker.name} limit={160} />
        </Link>
        <span className="s no-m ell">
          {worker.shares_name ? <span className="c-warning">several workers share this name</span> : <Line text={poolOf(worker)} limit={80} />}
        </span>
      </td>
      <td className="p2">
        <WorkerState worker={worker} />
      </td>
      <td className="no-t">{worker.slots === null ? <Unknown why={worker.answered_at ? 'Its pool does not tell' : 'It never answered'} /> : <Slots slots={worker.slots} busy={worker.active ?? 0} isOff={isOff} />}</td>
      <td className="num p4">
        {!isOff && <span className="only-m">runs </span>}
        <Busy worker={worker} />
      </td>
      <td className="no-t">{busy?.some((share) => share !== null) ? <Sparkline values={busy} top={1} width={96} kind={isOff ? 'critical' : 'plain'} /> : <Unknown why="Nobody looked in the last hour" />}</td>
      <td className="num">
        <Cpu worker={worker} />
      </td>
      <td className="num nm">
        <Memory worker={worker} />
      </td>
      <td className="num nm no-t">
        <Done worker={worker} />
      </td>
      <td className="num nm p3 beat">
        <span className="only-m">heard </span>
        <Heartbeat worker={worker} />
      </td>
    </tr>
  )
}

function Head({ group, wanted }: { group: Group; wanted: number | null }) {
  const isShort = wanted !== null && group.online < wanted
  return (
    <tr className="grp">
      <th scope="rowgroup" colSpan={columns}>
        <Line text={group.title ?? ''} limit={120} />
        {group.note && <span className="dim"> {group.note}</span>}
        <span className={isShort ? 'c-critical fw6 of' : 'dim of'}>
          {whole(group.online)} of {whole(wanted ?? group.items.length)} online
        </span>
      </th>
    </tr>
  )
}

interface WorkerTableProps {
  groups: readonly Group[]
  saturation: Saturation
  /** How many workers of a group there should be; null where nobody said. */
  wanted: (group: Group) => number | null
}

export function WorkerTable({ groups, saturation, wanted }: WorkerTableProps) {
  return (
    <div className="panel tw">
      <table className="mt wt fix">
        <thead>
          <tr>
            <th>Worker</th>
            <th className="w-word">State</th>
            <th className="no-t w-slots">Slots</th>
            <th className="num w-num">Busy</th>
            <th className="no-t w-sat">Saturation</th>
            <th className="num w-cpu">CPU</th>
            <th className="num w-mem">Memory</th>
            <th className="num no-t w-done" title="Since it started, and in the last whole minute">
              Done
            </th>
            <th className="num w-beat">Heartbeat</th>
          </tr>
        </thead>
        {groups.map((group) => (
          <tbody key={group.key}>
            {group.title !== null && <Head group={group} wanted={wanted(group)} />}
            {group.items.map((worker) => (
              <Row key={worker.name} worker={worker} busy={saturation.get(worker.name)} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  )
}
