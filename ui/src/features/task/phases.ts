import type { Attempt, Gap, TaskDetail } from '@/api/types'
import { hasEnded, isLost } from '@/lib/states'

/** A stretch of a task's life, in milliseconds since the epoch. */
export interface Phase {
  kind: 'wait' | 'held' | 'run' | 'between'
  from: number
  to: number
  /** The number of the attempt that runs. */
  attempt: number | null
  failed: boolean
  open: boolean
}

const ms = (iso: string | null | undefined): number | null => (iso ? Date.parse(iso) : null)

/** The attempts as they are known; a task whose attempts are not stored is one attempt. */
function attemptsOf(task: TaskDetail): Pick<Attempt, 'number' | 'received_at' | 'started_at' | 'ended_at' | 'runtime_s' | 'outcome'>[] {
  if (task.attempts.length > 0) return task.attempts
  return [{ number: 1, received_at: task.received_at ?? null, started_at: task.started_at ?? null, ended_at: task.finished_at ?? null, runtime_s: task.runtime_s ?? null, outcome: hasEnded(task.state) ? task.state : null }]
}

/** Waiting in a queue, waiting in its worker (prefetched), running and the pauses between attempts, without holes, in order; up to `now` while the task goes on. */
export function phases(task: TaskDetail, now: number): Phase[] {
  const start = ms(task.sent_at) ?? ms(task.attempts[0]?.received_at) ?? ms(task.received_at) ?? ms(task.attempts[0]?.started_at) ?? ms(task.started_at)
  if (start === null || Number.isNaN(start)) return []
  const out: Phase[] = []
  let cursor = start
  let ran = false
  const pause = (to: number, open: boolean) => {
    if (to > cursor) out.push({ kind: ran ? 'between' : 'wait', from: cursor, to, attempt: null, failed: false, open })
    cursor = Math.max(cursor, to)
  }
  const over = hasEnded(task.state) || isLost(task.verdict?.code)
  for (const attempt of attemptsOf(task)) {
    const from = ms(attempt.started_at)
    const held = ms(attempt.received_at)
    const goesOn = from === null && !over && attempt.outcome == null
    if (from === null && !goesOn) continue
    if (held !== null && !ran) {
      pause(held, false)
      const until = from ?? now
      if (until > cursor) out.push({ kind: 'held', from: cursor, to: until, attempt: null, failed: false, open: from === null })
      cursor = Math.max(cursor, until)
    }
    if (from === null) continue
    pause(from, false)
    const known = ms(attempt.ended_at) ?? (attempt.runtime_s == null ? null : from + attempt.runtime_s * 1000)
    const open = known === null && attempt.outcome == null && !over
    const to = Math.max(cursor, known ?? (open ? now : from))
    if (to > cursor || known !== null) out.push({ kind: 'run', from: cursor, to, attempt: attempt.number, failed: attempt.outcome === 'FAILURE', open })
    cursor = to
    ran = true
  }
  const isWaiting = !over && !out.some(({ open }) => open)
  if (isWaiting) pause(now, true)
  else if (over && !ran) pause(ms(task.finished_at) ?? cursor, false)
  return out
}

/** The parts of a stretch (milliseconds) in which events may have been missed. */
export function hidden(gaps: readonly Gap[], start: number, end: number): { from: number; to: number; gap: Gap }[] {
  return gaps.map((gap) => ({ from: Math.max(start, Date.parse(gap.since)), to: Math.min(end, gap.until === null ? end : Date.parse(gap.until)), gap })).filter(({ from, to }) => to >= from)
}

export const total = (all: readonly Phase[], kind: Phase['kind']): number => all.filter((p) => p.kind === kind).reduce((sum, { from, to }) => sum + (to - from) / 1000, 0)

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800]

/** Seconds after the start at which the axis has a mark: three to five of them, none at the very ends. */
export function ticks(seconds: number): number[] {
  const step = steps.find((s) => seconds / s <= 5) ?? seconds / 4
  const out: number[] = []
  for (let at = step; at < seconds * 0.9; at += step) if (at > seconds * 0.1) out.push(at)
  return out
}
