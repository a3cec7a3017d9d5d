import { useNavigate } from '@tanstack/react-router'

import type { Page } from '@/features/palette/entries'
import { keymap } from '@/lib/keymap'

import { foot, pages } from './Navigation'

const keysOf = (label: string): string => Object.values(keymap).find((one) => one.label.toLowerCase() === label.toLowerCase() && one.keys[0].startsWith('g '))?.keys[0] ?? ''

/** Every page of the navigation as the palette offers it: a page that is added there is offered here. */
export function usePages(): Page[] {
  const navigate = useNavigate()
  return [...pages, ...foot].map(({ to, label, icon }) => ({ to, label, icon, keys: keysOf(label), go: () => void navigate({ to }) }))
}
