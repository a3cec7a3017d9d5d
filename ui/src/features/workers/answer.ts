import type { Workers } from '@/api/types'
import type { HealthKind } from '@/components/Glyph'
import { plural, whole } from '@/lib/count'
import { oneLine } from '@/lib/text'

import { isThere } from './groups'

type Worker = Workers['items'][number]
type Expected = Workers['expected'][number]

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

/** `email@*`, `consumers of email_senders`, `workers`. */
export const expectedWords = ({ by, what }: Expected): string => (by === 'all' ? 'workers' : by === 'queue' ? `consumers of ${oneLine(what, 60)}` : oneLine(what, 60))

function note({ items, slots, busy, expected }: Workers): string {
  const there = items.filter(isThere)
  const active = busy ?? sum(there, (worker) => worker.active)
  const full = there.filter((worker) => worker.slots !== null && (worker.active ?? worker.running ?? 0) >= worker.slots).map(({ name }) => name)
  const none = full.length > 0 ? `; ${list(full)} ${full.length === 1 ? 'has' : 'have'} none free` : ''
  const first = slots !== null && active !== null ? `${whole(active)} of ${plural(slots, 'slot')} ${active === 1 ? 'is' : 'are'} busy${none}.` : active === null ? 'How many tasks they run is not known.' : active === 0 ? 'They run nothing now.' : `They run ${plural(active, 'task')} now.`
  if (expected.length === 0) {
    const done = sum(items, (worker) => worker.processed)
    return done === null ? first : `${first} Since they started they did ${whole(done)}.`
  }
  const words = expected.slice(0, 5).map((one) => `${expectedWords(one)} ${whole(one.wanted)}`)
  return `${first} The expected number comes from the settings: ${words.join(', ')}${expected.length > 5 ? ' and others' : ''}.`
}

function base(all: number, online: number, unknown: number): string {
  if (all === 0) return `${plural(unknown, 'worker')} ${unknown === 1 ? 'is' : 'are'} known, none by a heartbeat`
  if (online !== all) return `${whole(online)} of ${plural(all, 'worker')} ${online === 1 ? 'is' : 'are'} online`
  return all === 1 ? 'The one worker is online' : all === 2 ? 'Both workers are online' : `All ${whole(all)} workers are online`
}

/** The page's answer: how many are online, who is not, and who is missing. */
export function workersAnswer(workers: Workers): WorkersAnswer {
  const items = workers.items.filter(({ hidden }) => !hidden)
  const of = (state: Worker['state']) => items.filter((worker) => worker.state === state).map(({ name }) => name)
  const [offline, silent, unknown] = [of('offline'), of('silent'), of('unknown').length]
  const online = of('online').length + of('busy').length
  const all = items.length - unknown
  const lacking = workers.expected.filter((one) => one.online < one.wanted)
  const unseen = lacking.reduce((most, one) => Math.max(most, one.never_seen), 0)
  const [worst] = lacking
  if (items.length === 0) return { kind: worst ? 'critical' : 'unknown', title: worst ? `No worker is online, and ${whole(worst.wanted)} should be` : 'No worker is heard yet', note: 'A worker is listed here as soon as its first heartbeat comes.', short: worst ? 'none online' : '' }
  const gone = offline.length > 0 ? `; ${list(offline)} ${offline.length === 1 ? 'is' : 'are'} gone` : silent.length > 0 ? `; ${list(silent)} ${silent.length === 1 ? 'is' : 'are'} silent` : unseen > 0 && worst ? `; ${plural(unseen, 'expected worker')} ${unseen === 1 ? 'was' : 'were'} never seen` : ''
  const more = unknown > 0 && all > 0 ? ` ${unknown === 1 ? '1 more is' : `${whole(unknown)} more are`} known from events only.` : ''
  return {
    kind: offline.length > 0 || lacking.length > 0 ? 'critical' : silent.length > 0 ? 'warning' : null,
    title: base(all, online, unknown) + gone,
    note: note(workers) + more,
    short: offline.length > 0 ? `${whole(offline.length)} offline` : lacking.length > 0 ? 'workers missing' : silent.length > 0 ? `${whole(silent.length)} silent` : '',
  }
}
