import type { ReactElement } from 'react'

import type { StateKind } from '@/lib/states'

export type HealthKind = 'healthy' | 'warning' | 'critical' | 'unknown'

const round = { strokeLinecap: 'round', strokeLinejoin: 'round', fill: 'none' } as const

/** States of a task are round; judgements have corners. Each has its own shape, so that colour is never alone. */
const shapes: Record<StateKind | HealthKind, ReactElement> = {
  success: (
    <>
      <circle cx="8" cy="8" r="7" fill="var(--success-fill)" />
      <path d="M4.9 8.3l2.1 2.1 4.1-4.5" stroke="var(--glyph-cut)" strokeWidth="1.7" {...round} />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="var(--running-soft)" strokeWidth="2" />
      <path className="spin" d="M8 2a6 6 0 0 1 6 6" stroke="var(--running-fill)" strokeWidth="2" {...round} />
      <circle cx="8" cy="8" r="2.3" fill="var(--running-fill)" />
    </>
  ),
  pending: (
    <>
      <circle cx="8" cy="8" r="6.3" fill="var(--pending-fill)" stroke="var(--pending)" strokeWidth="1.2" />
      <path d="M8 4.9V8l2 1.5" stroke="var(--pending-cut)" strokeWidth="1.5" {...round} />
    </>
  ),
  received: (
    <>
      <circle cx="8" cy="8" r="6.3" fill="none" stroke="var(--pending)" strokeWidth="1.4" />
      <circle cx="8" cy="8" r="2.6" fill="var(--pending-fill)" stroke="var(--pending)" strokeWidth="1" />
    </>
  ),
  failure: (
    <>
      <circle cx="8" cy="8" r="7" fill="var(--failure-fill)" />
      <path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6" stroke="var(--glyph-cut)" strokeWidth="1.7" {...round} />
    </>
  ),
  retry: (
    <>
      <circle cx="8" cy="8.2" r="5.9" fill="var(--retry-fill)" />
      <path d="M13.9 8.2A5.9 5.9 0 1 1 11.6 3.5" stroke="var(--retry)" strokeWidth="1.7" {...round} />
      <path d="M12.3.9l-.3 3.1-3.1-.3" stroke="var(--retry)" strokeWidth="1.6" {...round} />
    </>
  ),
  revoked: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="var(--revoked)" strokeWidth="1.6" />
      <path d="M3.8 12.2l8.4-8.4" stroke="var(--revoked)" strokeWidth="1.6" />
    </>
  ),
  rejected: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="var(--rejected)" strokeWidth="1.6" />
      <path d="M11 8H5.4M7.5 5.7L5.2 8l2.3 2.3" stroke="var(--rejected)" strokeWidth="1.5" {...round} />
    </>
  ),
  lost: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="var(--lost-fill)" strokeWidth="1.6" strokeDasharray="2.6 1.7" />
      <path d="M6.4 6.5a1.65 1.65 0 1 1 2.5 1.5c-.6.35-.9.6-.9 1.2M8 11.1v.1" stroke="var(--lost)" strokeWidth="1.5" {...round} />
    </>
  ),
  healthy: (
    <>
      <path d="M8 .9l7.1 7.1L8 15.1.9 8z" fill="var(--success-fill)" stroke="var(--success-fill)" strokeWidth="1" strokeLinejoin="round" />
      <path d="M5.3 8.2l1.9 1.9 3.5-3.9" stroke="var(--glyph-cut)" strokeWidth="1.6" {...round} />
    </>
  ),
  warning: (
    <>
      <path d="M8 1.6L15 14H1z" fill="var(--warning-fill)" stroke="var(--warning-fill)" strokeWidth="1.6" strokeLinejoin="round" />
      <path d="M8 5.9v3.6M8 12v.1" stroke="var(--warning-cut)" strokeWidth="1.7" {...round} />
    </>
  ),
  critical: (
    <>
      <path d="M5 .8h6l4.2 4.2v6L11 15.2H5L.8 11V5z" fill="var(--critical-fill)" />
      <path d="M8 4.2v4.6M8 11.7v.1" stroke="var(--glyph-cut)" strokeWidth="1.8" {...round} />
    </>
  ),
  unknown: (
    <>
      <path d="M8 1.2l6.8 6.8L8 14.8 1.2 8z" fill="none" stroke="var(--unknown)" strokeWidth="1.4" strokeDasharray="2.4 1.6" strokeLinejoin="round" />
      <path d="M6.6 6.7A1.5 1.5 0 1 1 8.8 8c-.5.3-.8.6-.8 1.1M8 10.9v.1" stroke="var(--unknown)" strokeWidth="1.4" {...round} />
    </>
  ),
}

/** Always beside its word, hence hidden from readers of the screen. */
export function Glyph({ kind, large = false }: { kind: StateKind | HealthKind; large?: boolean }) {
  return (
    <svg className={large ? 'g l' : 'g'} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[kind]}
    </svg>
  )
}
