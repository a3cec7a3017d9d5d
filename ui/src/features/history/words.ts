import type { Wish } from '@/api/history'
import type { ClearingPreview, ClearingState, Count } from '@/api/types'
import { countText, plural, whole } from '@/lib/count'

/** What has to be typed; the server asks for it too. */
export const confirmation = 'clear history'

export const overStates = ['success', 'failure', 'revoked', 'rejected', 'lost'] as const

/** The search that finds what a wish would delete, for the export before it. */
export function exportSearch({ search, before }: Wish): string {
  const parts = [search.trim() && `(${search.trim()})`, `state:${overStates.join(',')}`, before && `before:"${before}"`]
  return parts.filter(Boolean).join(' ')
}

const tasks = (count: Count, kind: string): string => (count.kind === 'exact' ? plural(count.value ?? 0, `${kind}task`) : `${countText(count)} ${kind}tasks`)

/** What goes, in a sentence. */
export const goes = ({ goes: count }: ClearingPreview): string => `${tasks(count, 'finished or lost ')} with arguments, results, tracebacks and attempts.`

/** What stays, in a sentence. */
export function stays({ goes: count, stored, unfinished }: ClearingPreview): string {
  const waiting = unfinished === 0 ? 'No task is unfinished.' : `${plural(unfinished, 'unfinished task')}: ${unfinished === 1 ? 'it stays' : 'they stay'} in any case.`
  const others = count.kind === 'exact' ? stored - unfinished - (count.value ?? 0) : null
  const finished = others ? ` ${plural(others, 'other finished or lost task')}.` : ''
  return `${waiting}${finished} Workers, and the figures behind charts.`
}

/** How far a clearing is, or how it ended. */
export function clearingSentence({ state, deleted, expected, error }: ClearingState): string {
  const done = plural(deleted, 'task')
  if (state === 'running') return `${whole(deleted)} of ${tasks(expected, '')} deleted.`
  if (state === 'done') return `${done} deleted.`
  if (state === 'cancelled') return `Stopped. ${done} deleted, the others stay.`
  return `It failed after ${done}: ${error ?? 'no reason was given'}.`
}

/** Ages that can be chosen, in days; null is any age. */
export const ages: readonly { days: number | null; label: string }[] = [
  { days: null, label: 'of any age' },
  { days: 1, label: 'seen more than a day ago' },
  { days: 7, label: 'seen more than 7 days ago' },
  { days: 30, label: 'seen more than 30 days ago' },
  { days: 90, label: 'seen more than 90 days ago' },
]

export const beforeOf = (days: number | null, now: number): string | null => (days === null ? null : new Date(now - days * 86_400_000).toISOString())

/** The part of an export that is sent, from 0 to 1; null where the whole is not known. */
export const shareOf = (done: number, total: Count | undefined): number | null => (total?.kind === 'exact' && total.value ? Math.min(1, done / total.value) : null)
