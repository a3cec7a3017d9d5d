import { Bookmark, Bug, Clock, Inbox, LayoutList, List, Pause, Rows3, Search, Server, Shapes, SunMoon, type LucideIcon } from 'lucide-react'

import type { FailureGroup, TaskNames, TaskRow } from '@/api/types'
import { whole } from '@/lib/count'
import { nextDensity, nextTheme, toggleUtc } from '@/lib/preferences'
import { quote } from '@/lib/search-text'
import { stateLook } from '@/lib/states'
import { oneLine, shortId } from '@/lib/text'

export interface Entry {
  id: string
  group: 'Go to' | 'Tasks' | 'Task names' | 'Workers' | 'Queues' | 'Failures' | 'Saved searches' | 'Search' | 'Do'
  icon: LucideIcon
  label: string
  note: string
  run: () => void
}

/** A page of the application, as the navigation has it. */
export interface Page {
  to: string
  label: string
  icon: LucideIcon
  /** Its keys, such as `g t`. */
  keys: string
  go: () => void
}

export interface Doors {
  toTasks: (search?: string) => void
  toTask: (id: string) => void
  toWorker: (name: string) => void
  toQueue: (name: string) => void
  toFailure: (id: string) => void
  pause: () => void
}

/** What can be gone to by name; what is not read yet is empty. */
export interface Places {
  pages: readonly Page[]
  names: TaskNames | undefined
  workers: readonly string[]
  queues: readonly string[]
  failures: readonly FailureGroup[]
  views: readonly { id: string; name: string; search: string }[]
  found: readonly TaskRow[]
}

/** An id, whole or its beginning: at least six of its letters. */
export const isId = (text: string): boolean => /^[\da-f][\da-f-]{5,}$/i.test(text)

const has = (text: string, typed: string): boolean => text.toLowerCase().includes(typed.toLowerCase())

const most = 5

/** Those whose text holds what was typed; what begins with it comes first. */
function matching<T>(items: readonly T[], typed: string, of: (item: T) => string): T[] {
  if (typed === '') return []
  const found = items.filter((item) => has(of(item), typed))
  const begins = (item: T) => of(item).toLowerCase().startsWith(typed.toLowerCase())
  return [...found.filter(begins), ...found.filter((item) => !begins(item))].slice(0, most)
}

const failureLabel = ({ type, message }: FailureGroup): string => oneLine([type, message].filter(Boolean).join(': ') || 'Failures without an exception', 100)

/** What the palette offers for what was typed: pages, names, found tasks, the search itself, switches. */
export function entries(typed: string, places: Places, doors: Doors): Entry[] {
  const text = typed.trim()
  const pages = [
    ...places.pages.map(({ to, label, icon, keys, go }): Entry => ({ id: `page-${to}`, group: 'Go to', icon, label, note: keys, run: go })),
    { id: 'failed', group: 'Go to', icon: List, label: 'Failed tasks', note: '', run: () => doors.toTasks('state:failure') },
    { id: 'running', group: 'Go to', icon: List, label: 'Running tasks', note: '', run: () => doors.toTasks('state:started') },
  ] satisfies Entry[]
  const switches: Entry[] = [
    { id: 'theme', group: 'Do', icon: SunMoon, label: 'Next theme', note: 't', run: nextTheme },
    { id: 'density', group: 'Do', icon: Rows3, label: 'Next density of rows', note: 'd', run: nextDensity },
    { id: 'utc', group: 'Do', icon: Clock, label: 'UTC or browser time', note: 'u', run: toggleUtc },
    { id: 'pause', group: 'Do', icon: Pause, label: 'Pause or go on', note: 'Space', run: doors.pause },
  ]
  const tasks = places.found.map((row): Entry => ({ id: `task-${row.id}`, group: 'Tasks', icon: LayoutList, label: `${oneLine(row.name ?? 'unknown name', 60)} ${oneLine(shortId(row.id))}`, note: stateLook(row.state, row.verdict?.code).word, run: () => doors.toTask(row.id) }))
  return [
    ...pages.filter(({ label }) => has(label, text)),
    ...(isId(text) ? tasks : []),
    ...matching(places.names?.items ?? [], text, ({ name }) => name).map(({ name, total }): Entry => ({ id: `name-${name}`, group: 'Task names', icon: Shapes, label: oneLine(name, 80), note: whole(total), run: () => doors.toTasks(`name:${quote(name)}`) })),
    ...matching(places.workers, text, (name) => name).map((name): Entry => ({ id: `worker-${name}`, group: 'Workers', icon: Server, label: oneLine(name, 80), note: '', run: () => doors.toWorker(name) })),
    ...matching(places.queues, text, (name) => name).map((name): Entry => ({ id: `queue-${name}`, group: 'Queues', icon: Inbox, label: oneLine(name, 80), note: '', run: () => doors.toQueue(name) })),
    ...matching(places.failures, text, failureLabel).map((group): Entry => ({ id: `failure-${group.id}`, group: 'Failures', icon: Bug, label: failureLabel(group), note: `${whole(group.counts[2] ?? 0)} in 24 h`, run: () => doors.toFailure(group.id) })),
    ...matching(places.views, text, ({ name }) => name).map((view): Entry => ({ id: `view-${view.id}`, group: 'Saved searches', icon: Bookmark, label: oneLine(view.name, 80), note: oneLine(view.search, 40), run: () => doors.toTasks(view.search) })),
    ...(isId(text) ? [] : tasks),
    ...(text === '' ? [] : [{ id: 'search', group: 'Search', icon: Search, label: `Search tasks for ${text}`, note: '', run: () => doors.toTasks(text) } satisfies Entry]),
    ...switches.filter(({ label }) => has(label, text)),
  ]
}
