import type { ButtonHTMLAttributes, Ref } from 'react'

export type BadgeState = 'live' | 'held' | 'paused' | 'connecting' | 'reconnecting' | 'stale' | 'waiting'

export interface BadgeView {
  state: BadgeState
  word: string
  note: string | null
}

const looks: Record<BadgeState, string> = { live: 'live', held: 'live paused', paused: 'live paused', connecting: 'live recon', reconnecting: 'live recon', waiting: 'live recon', stale: 'live stale' }

interface LiveBadgeProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  view: BadgeView
  ref?: Ref<HTMLButtonElement>
}

/** One place that says how true the page is now: always a word and a shape. */
export function LiveBadge({ view, ...rest }: LiveBadgeProps) {
  return (
    <button type="button" className={looks[view.state]} aria-live="off" {...rest}>
      <span className="dot" />
      {view.word}
      {view.note && <span className="lag ell">{view.note}</span>}
    </button>
  )
}
