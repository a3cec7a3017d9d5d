import { useNavigate } from '@tanstack/react-router'
import { Activity, ScrollText, Settings } from 'lucide-react'

import type { Page } from '@/features/palette/entries'
import { keymap } from '@/lib/keymap'

import { pages } from './Navigation'

/** Pages that stand at the foot of the navigation. */
const foot = [
  { to: '/audit', label: 'Audit log', icon: ScrollText },
  { to: '/self', label: 'Umbel itself', icon: Activity },
  { to: '/settings', label: 'Settings', icon: Settings },
] as const

const keysOf = (label: string): string => Object.values(keymap).find((one) => one.label.toLowerCase() === label.toLowerCase() && one.keys[0].startsWith('g '))?.keys[0] ?? ''

/** Every page of the navigation as the palette offers it: a page that is added there is offered here. */
export function usePages(): Page[] {
  const navigate = useNavigate()
  return [...pages, ...foot].map(({ to, label, icon }) => ({ to, label, icon, keys: keysOf(label), go: () => void navigate({ to }) }))
}
