import { useSyncExternalStore } from 'react'

const root = document.documentElement

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(root, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

/** Which theme is shown, for what is painted and not styled. */
export const useTheme = (): string => useSyncExternalStore(subscribe, () => root.dataset.theme ?? 'light')

export type Ink = (token: string) => string

/** The colours of the theme that is shown, by the names of the tokens. */
export function ink(): Ink {
  const style = getComputedStyle(root)
  return (token) => style.getPropertyValue(`--${token}`).trim()
}
