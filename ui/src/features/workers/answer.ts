import type { Worker, Workers } from '@/api/types'
import type { HealthKind } from '@/components/Glyph'
import { plural, whole } from '@/lib/count'
import { oneLine } from '@/lib/text'

export interface WorkersAnswer {
  kind: HealthKind | null
  title: string
  note: string
  short: string
}

const list = (names: readonly string[]): string => {
  const shown = names.slice(0, 2).map((name) => oneLine(name, 60))
  const more = names.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${whole(more)} more`
  return shown.join(' and ')
}

const sum = (items: readonly Worker[], of: (worker: Worker) => number | null | undefined): number | null => {
  const known = items.map(of).filter((n): n is number => n != null)
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
}

function note(items: readonly Worker[]): string {
  const online = items.filter(({ state }) => state === 'online' || state === 'silent')
  const active = sum(online, (w) => w.active)
  const done = sum(items, (w) => w.processed)
  const first = active === null ? 'How many tasks they run is not known.' : active === 0 ? 'They run nothing now.' : `They run ${plural(active, 'task')} now.`
  return done === null ? first : `${first} Since they started they did ${whole(done)}.`
}

/** The page's answer: how many are online, and who is not. */
export function workersAnswer({ items }: Workers): WorkersAnswer {
  const of = (state: Worker['state']) => items.filter((worker) => worker.state === state).map(({ name }) => name)
  const offline = of('offline')
  const silent = of('silent')
  const online = of('online').length
  const unknown = of('unknown').length
  const all = items.length - unknown
  if (items.length === 0) return { kind: 'unknown', title: 'No worker is heard yet', note: 'A worker is listed here as soon as its first heartbeat comes.', short: '' }
  const base = all === 0 ? `${plural(unknown, 'worker')} ${unknown === 1 ? 'is' : 'are'} known, none by a heartbeat` : online === all ? (all === 1 ? 'The one worker is online' : all === 2 ? 'Both workers are online' : `All ${whole(all)} workers are online`) : `${whole(online)} of ${plural(all, 'worker')} ${online === 1 ? 'is' : 'are'} online`
  const gone = offline.length > 0 ? `; ${list(offline)} ${offline.length === 1 ? 'is' : 'are'} gone` : silent.length > 0 ? `; ${list(silent)} ${silent.length === 1 ? 'is' : 'are'} silent` : ''
  return { kind: offline.length > 0 ? 'critical' : silent.length > 0 ? 'warning' : null, title: base + gone, note: unknown > 0 && all > 0 ? `${note(items)} ${unknown === 1 ? '1 more is' : `${whole(unknown)} more are`} known from events only.` : note(items), short: offline.length > 0 ? `${whole(offline.length)} offline` : silent.length > 0 ? `${whole(silent.length)} silent` : '' }
}
