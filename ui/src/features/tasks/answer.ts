import type { TaskSummary } from '@/api/listing'
import type { Count, Overview } from '@/api/types'
import { countNote, countText, plural, whole } from '@/lib/count'
import { isFlat, statesIn, tokens } from '@/lib/search-text'

export interface ListAnswer {
  title: string
  note: string
  /** What the window's title begins with. */
  short: string
}

const ends: Record<string, string> = {
  FAILURE: 'failed',
  SUCCESS: 'succeeded',
  STARTED: 'run now',
  PENDING: 'wait in a queue',
  RECEIVED: 'were received and have not started',
  RETRY: 'will be tried again',
  REVOKED: 'were revoked',
  REJECTED: 'were rejected',
  LOST: 'are lost: nobody knows their end',
}

const singular: Record<string, string> = { STARTED: 'runs now', PENDING: 'waits in a queue', RECEIVED: 'was received and has not started', REVOKED: 'was revoked', REJECTED: 'was rejected', LOST: 'is lost' }

function matching(search: string, total: Count): ListAnswer {
  const states = statesIn(search)
  const only = states.length === 1 ? states[0] : undefined
  const isOne = total.kind === 'exact' && total.value === 1
  const verb = only ? ((isOne ? singular[only] : undefined) ?? ends[only]) : undefined
  const name = isFlat(search) ? tokens(search).find((t) => (t.field === 'name' || t.field === 'task') && !t.negated)?.value : undefined
  const what = name && !name.includes(',') ? `${name} task` : 'task'
  const nothing = total.kind === 'exact' && total.value === 0
  const number = nothing ? 'No' : countText(total)
  const subject = total.kind === 'unknown' ? `${what}s` : `${number} ${what}${isOne || nothing ? '' : 's'}`
  const said = verb ?? (isOne || nothing ? 'matches' : 'match')
  return { title: total.kind === 'unknown' ? `Some ${subject} ${said}` : `${subject} ${nothing && only ? (singular[only] ?? ends[only] ?? said) : said}`, note: countNote(total), short: total.kind === 'unknown' ? '' : `${countText(total)} ${only?.toLowerCase() ?? 'found'}` }
}

function everything({ tasks, by_state: by, lost: lostCount }: Overview): ListAnswer {
  const failed = by.FAILURE ?? 0
  const lost = lostCount.value ?? 0
  const running = (by.STARTED ?? 0) - Math.max(0, lost - (by.LOST ?? 0))
  const waiting = (by.PENDING ?? 0) + (by.RECEIVED ?? 0)
  const retried = by.RETRY ?? 0
  const title = failed > 0 ? `${whole(failed)} of ${plural(tasks, 'task')} failed` : tasks === 1 ? '1 task, it did not fail' : `${plural(tasks, 'task')}, none failed`
  const now = [
    running > 0 ? `${whole(running)} ${running === 1 ? 'runs' : 'run'} now` : 'None runs now',
    waiting > 0 && `${whole(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`,
    retried > 0 && `${whole(retried)} will be tried again`,
    lost > 0 && `${whole(lost)} ${lost === 1 ? 'is' : 'are'} lost`,
  ].filter(Boolean)
  return { title, note: `${now.join(', ')}.`, short: failed > 0 ? `${whole(failed)} failed` : '' }
}

/** How many of what matches failed, where the search does not ask for a state; with how sure that is. */
function shares(search: string, { total, states, complete }: TaskSummary): ListAnswer | null {
  if (statesIn(search).length > 0 || total.value == null || total.value === 0 || !states.exact) return null
  const failed = states.items.find(({ value }) => value === 'FAILURE')?.n ?? 0
  const subject = plural(total.value, 'task')
  const title = failed > 0 ? `${whole(failed)} of ${subject} that match failed` : total.value === 1 ? '1 task matches, it did not fail' : `${subject} match, none failed`
  return { title, note: complete ? 'Exact counts.' : 'Exact counts, of name and state.', short: failed > 0 ? `${whole(failed)} failed` : '' }
}

/** The page's answer from the counts at hand; null while there are none. */
export function listAnswer(search: string, overview: Overview | undefined, total: Count | undefined, summary?: TaskSummary): ListAnswer | null {
  if (search.trim() === '') return overview ? everything(overview) : null
  const told = summary && shares(search, summary)
  if (told) return told
  return total ? matching(search, total) : null
}
