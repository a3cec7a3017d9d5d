import type { Gap, TaskDetail, TaskEvent } from '@/api/types'

/** An event, or a time in which events may have been missed, where it stands among them. */
export type Moment = { at: string; event: TaskEvent; gap?: undefined } | { at: string; gap: Gap; event?: undefined }

/** Events and gaps in the order of their instants; at the same instant the gap comes first, which hid what comes after. */
export function timeline({ events, gaps }: Pick<TaskDetail, 'events' | 'gaps'>): Moment[] {
  const all: Moment[] = [...gaps.map((gap) => ({ at: gap.since, gap })), ...events.map((event) => ({ at: event.at, event }))]
  return all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}
