import { useQuery } from '@tanstack/react-query'
import { Link, useMatches } from '@tanstack/react-router'

import type { ScheduleDetail } from '@/api/schedules'
import { Mark } from '@/components/Mark'
import { Line } from '@/components/Text'
import { Badge } from '@/features/status/Badge'
import { DoubtBadge } from '@/features/status/DoubtBadge'
import { DisplayMenu } from '@/features/display/DisplayMenu'
import { shortId } from '@/lib/text'

const places: Partial<Record<string, string>> = { '/': 'Overview', '/tasks': 'Tasks', '/failures': 'Failures', '/task-types': 'Task types', '/workflow/$id': 'Workflow', '/queues': 'Queues', '/broker': 'Broker', '/workers': 'Workers', '/schedules': 'Schedule', '/monitor': 'Monitor', '/settings': 'Settings', '/self': 'Umbel itself', '/audit': 'Audit log' }

/** Pages of one thing stand under the list of all: the list first, then which one. */
const lists = ['/tasks', '/failures', '/task-types', '/queues', '/workers', '/schedules'] as const
const byId: ReadonlySet<string> = new Set(['/tasks'])

/** The name of a schedule entry, as its page read it. */
function EntryName({ id }: { id: string }) {
  const { data } = useQuery<ScheduleDetail>({ queryKey: ['schedules', 'one', id], enabled: false })
  return <Line text={data?.entry.name ?? shortId(id)} limit={80} />
}

function Crumbs() {
  const match = useMatches().at(-1)
  const list = lists.find((one) => match?.routeId.startsWith(`${one}/$`))
  if (match && list) {
    const [name = ''] = Object.values(match.params as Record<string, string>) // each of these routes has one
    return (
      <div className="crumbs">
        <Link to={list}>{places[list]}</Link>
        <span className="sep">/</span>
        <span className={byId.has(list) ? 'ell mono' : 'ell'}>
          {list === '/schedules' ? <EntryName id={name} /> : <Line text={byId.has(list) ? shortId(name) : name} limit={80} />}
        </span>
      </div>
    )
  }
  return (
    <div className="crumbs">
      <span className="ell">{places[match?.routeId ?? ''] ?? 'Umbel'}</span>
    </div>
  )
}

export function Bar({ onKeys }: { onKeys: () => void }) {
  return (
    <header className="bar">
      <Link className="brandm" to="/" aria-label="Umbel">
        <Mark />
      </Link>
      <Crumbs />
      <span className="sp" />
      <DoubtBadge />
      <Badge />
      <DisplayMenu onKeys={onKeys} />
    </header>
  )
}
