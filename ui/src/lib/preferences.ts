import { external, useExternal } from './external'

export type Theme = 'light' | 'dark' | 'system'
export type Density = 'compact' | 'normal' | 'roomy'

/** What a reader chose, kept in this browser. */
export interface Preferences {
  theme: Theme
  density: Density
  utc: boolean
  singleKeys: boolean
  columns: string[] | null
  /** Widths of columns in pixels, where they were pulled. */
  widths: Readonly<Record<string, number>>
}

const place = 'umbel'
const initial: Preferences = { theme: 'system', density: 'normal', utc: false, singleKeys: true, columns: null, widths: {} }

function isOneOf<T extends string>(value: unknown, allowed: readonly T[]): value is T {
  return typeof value === 'string' && (allowed as readonly string[]).includes(value) // widened to compare
}

function read(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '{}')
    if (typeof kept !== 'object' || kept === null) return initial
    const k = kept as Record<string, unknown> // an object, checked above
    return {
      theme: isOneOf(k.theme, ['light', 'dark', 'system'] as const) ? k.theme : initial.theme,
      density: isOneOf(k.density, ['compact', 'normal', 'roomy'] as const) ? k.density : initial.density,
      utc: k.utc === true,
      singleKeys: k.singleKeys !== false,
      columns: Array.isArray(k.columns) ? k.columns.filter((c): c is string => typeof c === 'string') : null,
      widths: typeof k.widths === 'object' && k.widths !== null ? Object.fromEntries(Object.entries(k.widths).filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= 40 && entry[1] <= 2_000)) : {},
    }
  } catch {
    return initial
  }
}

const store = external<Preferences>(read())
const dark = matchMedia('(prefers-color-scheme: dark)')

function show({ theme, density }: Preferences): void {
  const root = document.documentElement.dataset
  root.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
  root.density = density
}

/** Shows what was chosen, and follows the system's theme while that is chosen. */
export function startPreferences(): void {
  show(store.get())
  dark.addEventListener('change', () => show(store.get()))
  addEventListener('beforeprint', () => show({ ...store.get(), theme: 'light' }))
  addEventListener('afterprint', () => show(store.get()))
}

export function setPreferences(change: Partial<Preferences>): void {
  store.set((old) => ({ ...old, ...change }))
  show(store.get())
  try {
    localStorage.setItem(place, JSON.stringify(store.get()))
  } catch {
    return // private mode: the choice holds until the tab closes
  }
}

const next = <T,>(all: readonly T[], now: T): T => all[(all.indexOf(now) + 1) % all.length] ?? now

export const nextTheme = (): void => setPreferences({ theme: next(['light', 'dark', 'system'] as const, store.get().theme) })
export const nextDensity = (): void => setPreferences({ density: next(['compact', 'normal', 'roomy'] as const, store.get().density) })
export const toggleUtc = (): void => setPreferences({ utc: !store.get().utc })
export const preferences = store.get
export const usePreferences = (): Preferences => useExternal(store)
