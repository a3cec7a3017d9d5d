import { Link } from '@tanstack/react-router'

import type { FailureGroup, Failures, FailureWindow } from '@/api/types'
import { Sparkline } from '@/components/chart/Sparkline'
import { Line, TaskName, Unknown } from '@/components/Text'
import { plural, whole } from '@/lib/count'
import { quote } from '@/lib/search-text'

import { Trend } from './Trend'
import { groupTitle, heat, windowName } from './words'

/** Which column of a window gives way: the phone shows the first one, the tablet three. */
const places = ['cell p2', 'cell', 'cell', 'cell no-t', 'cell no-t'] as const

const tasksOf = (id: string, since: string): string => `failure:${id} finished:>=${since.replace(/\.\d+/, '')}`

function Cell({ group, at, window }: { group: FailureGroup; at: number; window: FailureWindow }) {
  const count = group.counts[at] ?? 0
  const level = heat(count, group.usual_per_hour, window.seconds)
  return (
    <td className={places[at]}>
      <Link className={level > 0 ? `h${level}` : undefined} to="/tasks" search={{ search: tasksOf(group.id, window.since) }} title={`${plural(count, 'failure')} in ${windowName(window.seconds)}: their tasks`}>
        {count === 0 ? <span className="dim">0</span> : whole(count)}
      </Link>
    </td>
  )
}

function Names({ group: { names, names_cut: isCut } }: { group: FailureGroup }) {
  const [first] = names
  if (first === undefined) return <Unknown why="No event of its tasks told their name" />
  return (
    <>
      <Link className="q" to="/tasks" search={{ search: `name:${quote(first)} state:failure` }}>
        <TaskName name={first} />
      </Link>
      {names.length > 1 && (
        <span className="dim" title={names.slice(1).join(', ').slice(0, 600)}>
          {' '}
          and {isCut ? 'more' : `${names.length - 1} more`}
        </span>
      )}
    </>
  )
}

interface RowProps {
  group: FailureGroup
  windows: readonly FailureWindow[]
  picked: boolean
  show: 'ignored' | 'resolved' | undefined
}

function Row({ group, windows, picked, show }: RowProps) {
  return (
    <tr className={picked ? 'sel pick' : undefined} aria-current={picked || undefined}>
      <td className="p1 ex ell">
        <Link className="q" to="/failures" search={{ ...(show ? { show } : {}), group: group.id }} resetScroll={false} replace title={groupTitle(group)}>
          <span className="fw5">
            <Line text={group.type || 'No exception'} limit={80} />
          </span>{' '}
          <span className="mid">
            <Line text={group.message} limit={160} />
          </span>
        </Link>
      </td>
      <td className="p3 tk">
        <Names group={group} />
      </td>
      {windows.map((window, at) => (
        <Cell key={window.seconds} group={group} at={at} window={window} />
      ))}
      <td className="no-m no-t spk">
        <Sparkline values={group.by_hour} label={`By hour, the last 24: ${group.by_hour.join(', ')}`} kind={group.trend === 'surging' || group.trend === 'regressed' ? 'critical' : 'plain'} width={72} />
      </td>
      <td className="p4">
        <Trend group={group} />
      </td>
    </tr>
  )
}

function Sums({ data }: { data: Failures }) {
  return (
    <tr>
      <td className="p1 fw6">All failures</td>
      <td className="p3" />
      {data.windows.map((window, at) => (
        <td key={window.seconds} className={places[at]}>
          <Link className="fw6" to="/tasks" search={{ search: `state:failure finished:>=${window.since.replace(/\.\d+/, '')}` }}>
            {whole(data.totals[at] ?? 0)}
          </Link>
        </td>
      ))}
      <td className="no-m no-t" />
      <td className="p4 dim">open, ignored and resolved</td>
    </tr>
  )
}

/** Groups against windows; what is further above its usual rate is redder. */
export function Matrix({ data, picked, show }: { data: Failures; picked: string | null; show: 'ignored' | 'resolved' | undefined }) {
  return (
    <div className="panel tw">
      <table className="mt mx">
        <thead>
          <tr>
            <th>Exception</th>
            <th>Task</th>
            {data.windows.map(({ seconds }, at) => (
              <th key={seconds} className={places[at]}>
                {windowName(seconds)}
              </th>
            ))}
            <th className="no-t spk">24 hours</th>
            <th>Against usual</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map((group) => (
            <Row key={group.id} group={group} windows={data.windows} picked={group.id === picked} show={show} />
          ))}
          <Sums data={data} />
        </tbody>
      </table>
    </div>
  )
}
