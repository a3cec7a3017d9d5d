import { Link, useMatches } from '@tanstack/react-router'

import { Mark } from '@/components/Mark'
import { Line } from '@/components/Text'
import { Badge } from '@/features/status/Badge'
import { DoubtBadge } from '@/features/status/DoubtBadge'
import { DisplayMenu } from '@/features/display/DisplayMenu'
import { shortId } from '@/lib/text'

const places: Partial<Record<string, string>> = { '/': 'Overview', '/task-types': 'Task types', '/task-types/$name': 'Task types', '/tasks': 'Tasks', '/workflow/$id': 'Workflow', '/failures': 'Failures', '/failures/$id': 'Failures', '/monitor': 'Monitor', '/settings': 'Settings', '/queues': 'Queues', '/broker': 'Broker', '/workers': 'Workers', '/self': 'Umbel itself', '/audit': 'Audit log' }

function Crumbs() {
  const match = useMatches().at(-1)
  const id = match?.routeId === '/tasks/$id' ? (match.params as { id: string }).id : null // by the route's path
  if (id !== null) {
    return (
      <div className="crumbs">
        <Link to="/tasks">Tasks</Link>
        <span className="sep">/</span>
        <span className="ell mono">
          <Line text={shortId(id)} />
        </span>
      </div>
    )
  }
  const worker = match?.routeId === '/workers/$name' ? (match.params as { name: string }).name : null // the same
  if (worker !== null) {
    return (
      <div className="crumbs">
        <Link to="/workers">Workers</Link>
        <span className="sep">/</span>
        <span className="ell">
          <Line text={worker} limit={80} />
        </span>
      </div>
    )
  }
  const queue = match?.routeId === '/queues/$name' ? (match.params as { name: string }).name : null // the same
  if (queue !== null) {
    return (
      <div className="crumbs">
        <Link to="/queues">Queues</Link>
        <span className="sep">/</span>
        <span className="ell">
          <Line text={queue} limit={80} />
        </span>
      </div>
    )
  }
  if (match?.routeId === '/task-types/$name') {
    return (
      <div className="crumbs">
        <Link to="/task-types">Task types</Link>
        <span className="sep">/</span>
        <span className="ell">
          <Line text={(match.params as { name: string }).name} limit={80} />
        </span>
      </div>
    ) // by the route's path
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
