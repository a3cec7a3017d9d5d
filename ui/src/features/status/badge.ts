import type { Link } from '@/api/connection'
import type { Health } from '@/api/types'
import type { BadgeView } from '@/components/LiveBadge'
import { whole } from '@/lib/count'
import { shortLag } from '@/lib/duration'

export interface BadgeFacts {
  link: Link
  health: Health | undefined
  paused: boolean
  hold: string | null
  /** Rows that wait; `more` when there are others besides. */
  fresh: number
  more: boolean
  now: number
  clock: (iso: string) => string
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'] as const
/** Tries after which a lost line makes the page old rather than late. */
const patience = 3

const ordinal = (n: number): string => ordinals[n - 1] ?? `${n}th`

function lost({ link, now, clock }: BadgeFacts): BadgeView {
  const left = link.retryAt === null ? null : Math.max(0, Math.ceil((link.retryAt - now) / 1000))
  const next = left === null || left === 0 ? `${ordinal(link.attempt)} try now` : `${ordinal(link.attempt)} try in ${left} s`
  if (link.attempt > patience && link.heardAt !== null) return { state: 'stale', word: `Stale since ${clock(new Date(link.heardAt).toISOString())}`, note: next }
  return { state: 'reconnecting', word: 'Reconnecting', note: next }
}

/** Since when the figures cannot be true although the line to Umbel is; null while they can. */
export function blindSince(health: Health | undefined): string | null {
  if (!health) return null
  if (health.status === 'blind') return health.broker.since ?? health.collector.last_event_at ?? health.now
  return health.collector.state === 'stalled' ? (health.collector.last_event_at ?? health.now) : null
}

export const isLinkStale = (link: Link): boolean => link.state === 'lost' && link.attempt > patience

/** The badge's word, shape and note: the worst that is true comes first. */
export function badge(facts: BadgeFacts): BadgeView {
  const { link, health, paused, hold, fresh, more, clock } = facts
  const count = `${whole(fresh)}${more ? '+' : ''} new`
  if (link.state === 'lost') return lost(facts)
  if (link.state === 'connecting') return { state: 'connecting', word: 'Connecting', note: null }
  const since = blindSince(health)
  if (since) return { state: 'stale', word: `Stale since ${clock(since)}`, note: null }
  if (paused) return { state: 'paused', word: 'Paused', note: fresh > 0 ? `by you, ${count}` : 'by you' }
  if (health?.status === 'waiting') return { state: 'waiting', word: 'Waiting', note: 'no event yet' }
  if (hold && fresh > 0) return { state: 'held', word: 'Held', note: count }
  if (fresh > 0) return { state: 'live', word: 'Live', note: `${count} wait` }
  const lag = health?.collector.lag_s
  return { state: 'live', word: 'Live', note: lag == null ? null : `${shortLag(lag)} behind` }
}
