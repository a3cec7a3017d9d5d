import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Activity, Bug, Cable, CalendarClock, CircleUser, Inbox, LayoutDashboard, List, Menu as MenuIcon, ScrollText, Search, Server, Settings, Shapes, SquareTerminal } from 'lucide-react'

import { health, me, workers } from '@/api/queries'
import { Mark } from '@/components/Mark'
import { Line } from '@/components/Text'
import { shortLag } from '@/lib/duration'

export const pages = [
  { to: '/', label: 'Overview', icon: LayoutDashboard },
  { to: '/tasks', label: 'Tasks', icon: List },
  { to: '/task-types', label: 'Task types', icon: Shapes },
  { to: '/failures', label: 'Failures', icon: Bug },
  { to: '/workers', label: 'Workers', icon: Server },
  { to: '/queues', label: 'Queues', icon: Inbox },
  { to: '/schedules', label: 'Schedule', icon: CalendarClock },
  { to: '/monitor', label: 'Monitor', icon: SquareTerminal },
] as const

/** Pages at the foot: what is behind, and what is set. */
export const foot = [
  { to: '/broker', label: 'Broker', icon: Cable },
  { to: '/audit', label: 'Audit log', icon: ScrollText },
  { to: '/settings', label: 'Settings', icon: Settings },
  { to: '/self', label: 'Umbel itself', icon: Activity },
] as const

/** These have a tab on a phone; all others are in the palette, behind More. */
const onPhone: ReadonlySet<string> = new Set(['/', '/tasks', '/failures', '/workers'])

/** Online of all that are listed and ever sent a heartbeat; red when one of them is missing. */
function useCrew(): { text: string; missing: number } | null {
  const { data } = useQuery(workers)
  if (!data) return null
  const of = (...states: string[]) => data.items.filter(({ state, hidden }) => !hidden && states.includes(state)).length
  const [online, silent, offline] = [of('online', 'busy'), of('silent'), of('offline')]
  const all = online + silent + offline
  return all === 0 ? null : { text: `${online}/${all}`, missing: offline }
}

export function Navigation({ onJump }: { onJump: () => void }) {
  const { data: self } = useQuery(health)
  const { data: reader } = useQuery(me)
  const crew = useCrew()
  return (
    <aside className="nav">
      <Link className="brand" to="/" aria-label="Umbel">
        <Mark />
        <span className="tx">Umbel</span>
      </Link>
      <div className="cluster" title="The Celery application that is watched">
        <span className="ell">
          <Line text={self?.title ?? self?.cluster ?? '…'} limit={40} />
        </span>
        {self?.demo && <span className="env">demo</span>}
      </div>
      <button type="button" className="jump" onClick={onJump} aria-label="Search or jump">
        <Search className="i" />
        <span className="tx">Search or jump</span>
        <kbd>Ctrl K</kbd>
      </button>
      <nav aria-label="Main">
        <ul>
          {pages.map(({ to, label, icon: Icon }) => (
            <li key={to}>
              <Link to={to} title={label} activeOptions={{ exact: to === '/' }} activeProps={{ 'aria-current': 'page' }}>
                <Icon className="i" aria-hidden="true" />
                <span className="tx">{label}</span>
                {to === '/workers' && crew && <span className={crew.missing > 0 ? 'n hot' : 'n'}>{crew.text}</span>}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="nav-foot">
        <nav aria-label="Umbel">
          <ul>
            {foot.map(({ to, label, icon: Icon }) => (
              <li key={to}>
                <Link to={to} title={label} activeProps={{ 'aria-current': 'page' }}>
                  <Icon className="i" aria-hidden="true" />
                  <span className="tx">{label}</span>
                  {to === '/self' && self?.collector.lag_s != null && <span className="n">{shortLag(self.collector.lag_s)}</span>}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        {reader && (
          <Link className="row" to="/settings" title={`${reader.reason ?? `You are ${reader.role}`}. Settings`}>
            <CircleUser className="i" aria-hidden="true" />
            <span className="tx ell">
              <Line text={reader.user ?? 'not signed in'} limit={40} />
            </span>
            <span className="n">{reader.role}</span>
          </Link>
        )}
      </div>
    </aside>
  )
}

export function Tabs({ onMore }: { onMore: () => void }) {
  const crew = useCrew()
  return (
    <nav className="tabs" aria-label="Main, phone">
      {pages.filter(({ to }) => onPhone.has(to)).map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === '/' }} activeProps={{ 'aria-current': 'page' }}>
          <Icon className="i" aria-hidden="true" />
          {label}
          {to === '/workers' && crew && crew.missing > 0 && <em>{crew.missing}</em>}
        </Link>
      ))}
      <button type="button" onClick={onMore}>
        <MenuIcon className="i" aria-hidden="true" />
        More
      </button>
    </nav>
  )
}
