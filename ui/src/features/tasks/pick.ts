import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'

import type { TaskRow } from '@/api/types'
import { useKey } from '@/lib/keys'

interface Pick {
  picked: string | null
  letGo: () => void
}

/** The row that j and k move over; Enter opens it, Esc lets it go. */
export function usePick(rows: readonly TaskRow[]): Pick {
  const [picked, setPicked] = useState<string | null>(null)
  const navigate = useNavigate()
  const index = picked === null ? -1 : rows.findIndex(({ id }) => id === picked)
  const step = (by: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index + by))]
    if (row) setPicked(row.id)
  }
  const letGo = () => {
    setPicked(null)
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  }
  useKey('next', () => step(1))
  useKey('previous', () => step(-1))
  useKey('open', () => picked !== null && void navigate({ to: '/tasks/$id', params: { id: picked } }), picked !== null)
  useKey('letGo', letGo, picked !== null)
  return { picked: index < 0 ? null : picked, letGo }
}
