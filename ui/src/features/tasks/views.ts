import type { SavedView } from '@/api/listing'
import { isSort, type Sort } from '@/api/types'

/** A tab above the list: a search with its order and columns. */
export interface View {
  id: string
  name: string
  search: string
  sort: Sort | undefined
  columns: string | undefined
  saved: SavedView | null
}

const fixed = (id: string, name: string, search: string): View => ({ id, name, search, sort: undefined, columns: undefined, saved: null })

/** What everybody looks for. */
export const usual: readonly View[] = [
  fixed('all', 'All', ''),
  fixed('running', 'Running', 'state:started'),
  fixed('failed', 'Failed, last hour', 'state:failure after:-1h'),
  fixed('waiting', 'Waiting over 5 min', 'state:pending,received before:-5m'),
  fixed('slow', 'Slow, over 10 s', 'runtime:>10s after:-1d'),
  fixed('retried', 'Retried', 'retries:>0 after:-1d'),
  fixed('lost', 'Lost', 'state:lost'),
]

export const viewOf = (saved: SavedView): View => ({ id: saved.id, name: saved.name, search: saved.search, sort: isSort(saved.sort) ? saved.sort : undefined, columns: saved.columns ?? undefined, saved })

export interface Now {
  search: string
  sort: Sort | undefined
  columns: string | undefined
}

const isSame = (view: View, now: Now): boolean => view.search === now.search.trim() && (view.saved === null || (view.sort === now.sort && (view.columns === undefined || view.columns === now.columns)))

/** The view that is shown, and whether it was changed since: the one that was opened last, else one that is the same. */
export function current(views: readonly View[], opened: string | undefined, now: Now): { view: View | null; changed: boolean } {
  const same = views.find((view) => view.id === opened && isSame(view, now)) ?? views.find((view) => isSame(view, now))
  if (same) return { view: same, changed: false }
  const left = views.find((view) => view.id === opened && view.saved !== null)
  return { view: left ?? null, changed: true }
}
