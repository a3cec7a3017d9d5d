import { sortKey, type Sort, type StreamTasks, type TaskPage, type TaskRow } from './types'

/** Rows that came after the list was drawn and wait for the reader. `partial`: there are more than these. */
export interface Fresh {
  rows: ReadonlyMap<string, TaskRow>
  partial: boolean
}

export const noFresh: Fresh = { rows: new Map(), partial: false }

export interface Patched {
  pages: TaskPage[]
  fresh: Fresh
  /** Ids of shown rows that no longer match the search. */
  gone: string[]
  /** How many rows joined the waiting ones. */
  arrived: number
}

const mostFresh = 500

type Sortable = string | number | null

/** The earliest instant that the row tells: RFC 3339 in UTC sorts as text. */
const firstHeard = (row: TaskRow): string => [row.sent_at, row.received_at, row.started_at].filter((at) => at != null).sort()[0] ?? row.updated_at

function value(row: TaskRow, sort: Sort): Sortable {
  switch (sortKey(sort)) {
    case 'arrived':
      return firstHeard(row)
    case 'received':
      return row.received_at ?? null
    case 'started':
      return row.started_at ?? null
    case 'finished':
      return row.finished_at ?? null
    case 'runtime':
      return row.runtime_s ?? null
    case 'name':
      return row.name ?? null
    case 'state':
      return row.state
    case 'worker':
      return row.worker ?? null
    case 'retries':
      return row.retries
  }
}

/** Orders two rows as the server does: unknown values last in both directions. */
export function compare(a: TaskRow, b: TaskRow, sort: Sort): number {
  const left = value(a, sort)
  const right = value(b, sort)
  if (left === right) return 0
  if (left === null) return 1
  if (right === null) return -1
  return (left < right ? -1 : 1) * (sort.startsWith('-') ? -1 : 1)
}

const lastRow = (pages: readonly TaskPage[]): TaskRow | undefined => pages.findLast((page) => page.items.length > 0)?.items.at(-1)

/** Does the row belong to a part of the list that was not loaded yet? */
function isBeyond(row: TaskRow, pages: readonly TaskPage[], sort: Sort): boolean {
  const last = lastRow(pages)
  return last !== undefined && pages.at(-1)?.next != null && compare(row, last, sort) > 0
}

/**
 * Applies a message to the pages that are shown: known rows change in place, others wait in `fresh`, rows that left
 * the search are named in `gone`. Nothing moves. A message that the pages already reflect (by `seq`) does nothing.
 */
export function patch(pages: TaskPage[], fresh: Fresh, message: StreamTasks, sort: Sort): Patched {
  const [head] = pages
  if (!head || message.seq <= head.seq) return { pages, fresh, gone: [], arrived: 0 }
  const changed = new Map(message.items.map((row) => [row.id, row]))
  const shown = new Set<string>()
  const next = pages.map((page, index) => {
    const items = page.items.map((row) => {
      shown.add(row.id)
      return changed.get(row.id) ?? row
    })
    if (index === 0) return { ...page, items, seq: message.seq }
    return items.some((row, at) => row !== page.items[at]) ? { ...page, items } : page
  })
  const waiting = new Map(fresh.rows)
  for (const id of message.gone) waiting.delete(id)
  let arrived = 0
  let partial = fresh.partial || message.sampled
  for (const row of message.items) {
    if (shown.has(row.id) || isBeyond(row, pages, sort)) continue
    if (!waiting.has(row.id)) arrived += 1
    if (waiting.has(row.id) || waiting.size < mostFresh) waiting.set(row.id, row)
    else partial = true
  }
  return { pages: next, fresh: { rows: waiting, partial }, gone: message.gone.filter((id) => shown.has(id)), arrived }
}

/** Puts the waiting rows where they belong by `sort`. */
export function merge(pages: TaskPage[], fresh: Fresh, sort: Sort): TaskPage[] {
  if (fresh.rows.size === 0) return pages
  const rows = [...fresh.rows.values()].sort((a, b) => compare(a, b, sort))
  let left = rows
  return pages.map((page, index) => {
    const last = page.items.at(-1)
    const isEnd = index === pages.length - 1
    const here = isEnd ? left : last ? left.filter((row) => compare(row, last, sort) <= 0) : []
    if (here.length === 0) return page
    left = left.slice(here.length)
    // equal ones: the newcomer first, as it is in a list with the newest on top
    return { ...page, items: [...here, ...page.items].sort((a, b) => compare(a, b, sort)) }
  })
}

/** All shown rows in order, each task once. */
export function rows(pages: readonly TaskPage[]): TaskRow[] {
  const seen = new Set<string>()
  return pages.flatMap((page) => page.items).filter((row) => !seen.has(row.id) && seen.add(row.id))
}
