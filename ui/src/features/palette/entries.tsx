import { Activity, Clock, LayoutList, List, Pause, Rows3, ScrollText, Search, Server, Shapes, SunMoon, type LucideIcon } from 'lucide-react'

import type { TaskNames, TaskRow } from '@/api/types'
import { whole } from '@/lib/count'
import { nextDensity, nextTheme, toggleUtc } from '@/lib/preferences'
import { quote } from '@/lib/search-text'
import { stateLook } from '@/lib/states'
import { oneLine, shortId } from '@/lib/text'

export interface Entry {
  id: string
  group: 'Go to' | 'Tasks' | 'Task names' | 'Search' | 'Do'
  icon: LucideIcon
  label: string
  note: string
  run: () => void
}

export interface Doors {
  toTasks: (search?: string) => void
  toTask: (id: string) => void
  toWorkers: () => void
  toSelf: () => void
  toAudit: () => void
  pause: () => void
}

/** An id, whole or its beginning: at least six of its letters. */
export const isId = (text: string): boolean => /^[\da-f][\da-f-]{5,}$/i.test(text)

const has = (text: string, typed: string): boolean => text.toLowerCase().includes(typed.toLowerCase())

/** What the palette offers for what was typed: pages, names, found tasks, the search itself, switches. */
export function entries(typed: string, names: TaskNames | undefined, found: readonly TaskRow[], doors: Doors): Entry[] {
  const text = typed.trim()
  const pages: Entry[] = [
    { id: 'tasks', group: 'Go to', icon: List, label: 'Tasks', note: 'g t', run: () => doors.toTasks() },
    { id: 'failed', group: 'Go to', icon: List, label: 'Failed tasks', note: '', run: () => doors.toTasks('state:failure') },
    { id: 'running', group: 'Go to', icon: List, label: 'Running tasks', note: '', run: () => doors.toTasks('state:started') },
    { id: 'workers', group: 'Go to', icon: Server, label: 'Workers', note: 'g w', run: () => doors.toWorkers() },
    { id: 'audit', group: 'Go to', icon: ScrollText, label: 'Audit log', note: '', run: () => doors.toAudit() },
    { id: 'self', group: 'Go to', icon: Activity, label: 'Umbel itself', note: 'g u', run: () => doors.toSelf() },
  ]
  const switches: Entry[] = [
    { id: 'theme', group: 'Do', icon: SunMoon, label: 'Next theme', note: 't', run: nextTheme },
    { id: 'density', group: 'Do', icon: Rows3, label: 'Next density of rows', note: 'd', run: nextDensity },
    { id: 'utc', group: 'Do', icon: Clock, label: 'UTC or browser time', note: 'u', run: toggleUtc },
    { id: 'pause', group: 'Do', icon: Pause, label: 'Pause or go on', note: 'Space', run: doors.pause },
  ]
  const named = text === '' ? [] : (names?.items ?? []).filter(({ name }) => has(name, text)).slice(0, 5)
  const tasks = found.map((row): Entry => ({ id: `task-${row.id}`, group: 'Tasks', icon: LayoutList, label: `${oneLine(row.name ?? 'unknown name', 60)} ${oneLine(shortId(row.id))}`, note: stateLook(row.state, row.verdict?.code).word, run: () => doors.toTask(row.id) }))
  return [
    ...pages.filter(({ label }) => has(label, text)),
    ...(isId(text) ? tasks : []),
    ...named.map(({ name, total }): Entry => ({ id: `name-${name}`, group: 'Task names', icon: Shapes, label: oneLine(name, 80), note: whole(total), run: () => doors.toTasks(`name:${quote(name)}`) })),
    ...(isId(text) ? [] : tasks),
    ...(text === '' ? [] : [{ id: 'search', group: 'Search', icon: Search, label: `Search tasks for ${text}`, note: '', run: () => doors.toTasks(text) } satisfies Entry]),
    ...switches.filter(({ label }) => has(label, text)),
  ]
}
