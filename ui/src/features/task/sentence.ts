import type { TaskDetail } from '@/api/types'
import { age, duration, elapsed } from '@/lib/duration'
import { thrown } from '@/lib/exception'
import { between } from '@/lib/instant'
import { isRunning, stateLook } from '@/lib/states'
import { oneLine } from '@/lib/text'

/** `attempt 3 of 3`; attempts are retries + 1. Empty while there was only one and no more were planned. */
export function attemptOf({ retries, max_retries: max }: Pick<TaskDetail, 'retries' | 'max_retries'>): string {
  if (retries === 0 && (max == null || max === 0)) return ''
  return max == null ? `attempt ${retries + 1}` : `attempt ${retries + 1} of ${max + 1}`
}

const secondsTo = (iso: string, now: number): number => (Date.parse(iso) - now) / 1000

function pending(task: TaskDetail, now: number): string {
  if (task.eta && secondsTo(task.eta, now) > 0) return `Held, due in ${age(secondsTo(task.eta, now))}`
  const since = task.sent_at ?? task.received_at
  const long = since ? ` for ${age(-secondsTo(since, now))}` : ''
  if (task.state === 'RECEIVED') return `Received, waits for a free slot${long}`
  return task.queue ? `Waits in ${task.queue}${long}` : `Waits for a worker${long}`
}

/** The answer of a task's page: what became of it, in one sentence. `now` is the server's, in milliseconds. */
export function sentence(task: TaskDetail, now: number): string {
  const attempt = attemptOf(task)
  const on = attempt ? ` on ${attempt}` : ''
  const error = task.exception ? oneLine(thrown(task.exception).message, 200) : ''
  if (task.state === 'LOST') return task.started_at ? 'Lost: no worker runs it, and nobody knows its end' : 'Lost: no worker holds it, and nobody knows its end'
  if (task.verdict?.code === 'orphaned') return 'Lost: its worker went while it ran'
  if (task.verdict?.code === 'ended_unseen') return 'Ended, and nobody said how'
  switch (task.state) {
    case 'FAILURE':
      return `Failed${task.runtime_s == null ? '' : ` after ${duration(task.runtime_s)}`}${on}${error ? `: ${error}` : ''}`
    case 'SUCCESS':
      return `Succeeded${task.retries > 0 ? on : ''}${task.runtime_s == null ? '' : ` in ${duration(task.runtime_s)}`}`
    case 'RETRY': {
      const when = task.eta && secondsTo(task.eta, now) >= 1 ? ` in ${age(secondsTo(task.eta, now))}` : ' soon'
      return `Tried again${when}${error ? `: ${error}` : ''}`
    }
    case 'PENDING':
    case 'RECEIVED':
      return pending(task, now)
    case 'REVOKED':
      return task.verdict?.code === 'expired_unrun' ? 'Expired before it ran' : task.started_at ? 'Revoked while it ran' : 'Revoked before it ran'
    case 'REJECTED':
      return 'Rejected: handed back to the broker'
    default: {
      const word = isRunning(task.state) && task.state === 'STARTED' ? 'Runs' : `Is in ${oneLine(task.state, 40)}`
      return task.started_at ? `${word} for ${elapsed(-secondsTo(task.started_at, now))}${attempt ? `, ${attempt}` : ''}` : word
    }
  }
}

/** The state as the window's title begins with it. */
export const titleWord = (task: TaskDetail): string => {
  const { word } = stateLook(task.state, task.verdict?.code)
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** From the first to the last that is known of the task: `53.1 s from sent to failed`. Null while it goes on. */
export function span(task: TaskDetail): string | null {
  const from = task.sent_at ?? task.attempts[0]?.received_at ?? task.attempts[0]?.started_at ?? task.received_at ?? task.started_at
  const seconds = between(from, task.finished_at)
  if (seconds === null || seconds < 0) return null
  const end = { SUCCESS: 'success', FAILURE: 'failed', REVOKED: 'revoked', REJECTED: 'rejected' }[task.state] ?? 'its end'
  return `${duration(seconds)} from ${task.sent_at ? 'sent' : 'received'} to ${end}`
}
