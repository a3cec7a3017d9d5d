import type { ReactNode } from 'react'

import type { Me } from '@/api/types'
import { toast } from '@/lib/toasts'

import { whyNot } from './words'

interface ActButtonProps {
  me: Me | undefined
  onPress: () => void
  className?: string | undefined
  children: ReactNode
}

/** A button that stays where somebody may not press it, and says why: on hover, to a reader of screens, and at a press. */
export function ActButton({ me, onPress, className = '', children }: ActButtonProps) {
  const why = whyNot(me)
  return (
    <button type="button" className={`btn ${className}`} aria-disabled={why !== null} title={why ?? undefined} onClick={() => (why === null ? onPress() : toast(why, 'error'))}>
      {children}
    </button>
  )
}
