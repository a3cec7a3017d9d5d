import type { TaskWorkflow } from '@/api/workflow'
import type { StateKind } from '@/lib/states'
import { duration } from '@/lib/duration'
import { plural, whole } from '@/lib/count'
import { hasEnded } from '@/lib/states'
import { oneLine, splitName } from '@/lib/text'

import { nameOf, tally, type Branch, type BundleBox } from './tree'

export interface Answer {
  glyph: StateKind
  title: string
  note: string
}

const instants = (flow: TaskWorkflow, pick: 'first' | 'last'): number[] =>
  [...flow.tasks.map((task) => (pick === 'first' ? (task.sent_at ?? task.received_at ?? task.started_at) : task.finished_at)), ...flow.crowds.map((crowd) => (pick === 'first' ? crowd.first_at : crowd.last_at))].flatMap((at) => (at ? [Date.parse(at)] : []))

/** From the first that is known to the last, in epoch milliseconds; null where nothing is known. */
export function extent(flow: TaskWorkflow, now: number): { from: number; to: number; open: boolean } | null {
  const starts = instants(flow, 'first')
  if (starts.length === 0) return null
  const open = Object.entries(flow.by_state).some(([state, n]) => n > 0 && !hasEnded(state) && state !== 'LOST')
  const from = Math.min(...starts)
  return { from, to: open ? Math.max(now, from) : Math.max(from, ...instants(flow, 'last')), open }
}

const label = (name: string | null): string => (name === null ? 'tasks' : oneLine(splitName(name).last, 60))

/** All bundles of the trees. */
export const bundlesIn = (branches: readonly Branch[]): BundleBox[] =>
  branches.flatMap(({ box, next }) => [...(box.kind === 'bundle' ? [box, ...bundlesIn(box.rows), ...(box.body ? bundlesIn([box.body]) : [])] : []), ...bundlesIn(next)])

/** What a chord waits for, in a few words; null where nothing waits. */
export function waits(box: BundleBox): { text: string; doomed: boolean } | null {
  if (!box.bundle.is_chord || box.body) return null
  const { all, ended, failed } = tally(box)
  if (failed > 0) return { text: 'will end in ChordError', doomed: true }
  return { text: ended < all ? `waits for ${whole(all - ended)}` : 'all have ended', doomed: false }
}

/** The page's answer: what will not finish and why, else how far it is, else how it ended. */
export function answer(flow: TaskWorkflow, branches: readonly Branch[], now: number): Answer {
  const by = flow.by_state
  const sum = (test: (state: string) => boolean): number => Object.entries(by).reduce((all, [state, n]) => all + (test(state) ? n : 0), 0)
  const all = sum(() => true)
  const failed = by.FAILURE ?? 0
  const running = by.STARTED ?? 0
  const waiting = sum((state) => !hasEnded(state) && state !== 'STARTED' && state !== 'LOST')
  const time = extent(flow, now)
  const took = time ? duration((time.to - time.from) / 1000) : null
  const least = flow.complete ? '' : '≥ '
  const doomed = bundlesIn(branches).find((box) => waits(box)?.doomed)
  const rest = [`${least}${whole(by.SUCCESS ?? 0)} of ${plural(all, 'task')} succeeded`, running > 0 && `${whole(running)} run now`, waiting > 0 && `${whole(waiting)} wait`].filter(Boolean).join(', ')
  const note = `${rest}${took ? `; ${time?.open ? 'it goes on since' : 'all of it took'} ${took}` : ''}.`
  if (doomed) return { glyph: 'failure', title: `What waits for ${label(nameOf(doomed))} will not run: ${whole(tally(doomed).failed)} of ${whole(tally(doomed).all)} failed`, note }
  if (failed > 0) return { glyph: 'failure', title: `${whole(failed)} of ${plural(all, 'task')} failed`, note }
  if (running + waiting > 0) return { glyph: 'running', title: `${whole(all - running - waiting)} of ${plural(all, 'task')} are done`, note }
  if ((by.SUCCESS ?? 0) === all) return { glyph: 'success', title: `All ${plural(all, 'task')} succeeded${took ? ` in ${took}` : ''}`, note: all === 1 ? 'It stands alone: nothing called it, and it called nothing.' : note }
  return { glyph: 'revoked', title: `${whole(by.SUCCESS ?? 0)} of ${plural(all, 'task')} succeeded`, note }
}
