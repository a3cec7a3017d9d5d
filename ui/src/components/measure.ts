import { useCallback, useState, useSyncExternalStore } from 'react'

import { usePreferences } from '@/lib/preferences'

const phone = matchMedia('(max-width: 719px)')
const wall = matchMedia('(min-width: 2200px)')
const phoneRow = 82

function subscribe(listener: () => void): () => void {
  for (const query of [phone, wall]) query.addEventListener('change', listener)
  return () => {
    for (const query of [phone, wall]) query.removeEventListener('change', listener)
  }
}

const cssRow = (): number => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 34

/** The height of a row of a long table: by density, and by its lines on a phone. */
export function useRowHeight(): number {
  usePreferences() // a change of density changes the answer below
  return useSyncExternalStore(subscribe, () => (phone.matches ? phoneRow : cssRow()))
}

export const useIsPhone = (): boolean => useSyncExternalStore(subscribe, () => phone.matches)

/** The width of an element, kept up to date: put the second value at its `ref`. */
export function useWidth(): [number, (element: HTMLElement | null) => (() => void) | undefined] {
  const [width, setWidth] = useState(0)
  const measure = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [width, measure]
}
