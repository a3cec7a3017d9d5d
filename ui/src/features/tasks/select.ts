import { useMemo, useState } from 'react'

import type { TaskRow } from '@/api/types'
import { useKey } from '@/lib/keys'

export interface Selection {
  ids: ReadonlySet<string>
  rows: TaskRow[]
  toggle: (id: string, range: boolean) => void
  all: () => void
  clear: () => void
}

/** Rows as they were when they were ticked: one that leaves the list meanwhile can still be copied. */
type Ticked = ReadonlyMap<string, TaskRow>

const none: Ticked = new Map()

/** The rows that were ticked, by hand or with x; a tick with Shift takes all between. A new list begins without any. */
export function useSelection(rows: readonly TaskRow[], picked: string | null, list: string): Selection {
  const [state, setState] = useState<{ list: string; ticked: Ticked; last: string | null }>({ list, ticked: none, last: null })
  const ticked = state.list === list ? state.ticked : none
  const last = state.list === list ? state.last : null
  const set = (next: Ticked, now: string | null) => setState({ list, ticked: next, last: now })
  const toggle = (id: string, range: boolean) => {
    const next = new Map(ticked)
    const [from, to] = [rows.findIndex((row) => row.id === last), rows.findIndex((row) => row.id === id)]
    const row = rows[to]
    if (range && from >= 0 && to >= 0) for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.set(one.id, one)
    else if (!next.delete(id) && row) next.set(id, row)
    set(next, id)
  }
  const clear = () => set(none, null)
  useKey('select', () => picked !== null && toggle(picked, false), picked !== null)
  useKey('letGo', clear, ticked.size > 0)
  return useMemo(() => {
    const now = new Map(ticked.size === 0 ? [] : rows.map((row) => [row.id, row]))
    return { ids: new Set(ticked.keys()), rows: [...ticked].map(([id, row]) => now.get(id) ?? row), toggle, all: () => set(new Map(rows.map((row) => [row.id, row])), null), clear }
    // what is set follows from these
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ticked, rows, last, list])
}
