import type { EventLine, StreamLines, TaskRow } from '@/api/types'

const verbs: Record<string, string> = { SUCCESS: 'succeeded', FAILURE: 'failed', RETRY: 'retried', STARTED: 'started', RECEIVED: 'received', PENDING: 'sent', REVOKED: 'revoked', REJECTED: 'rejected' }

function rest({ state, runtime_s: runtime, exception, queue }: TaskRow): string {
  if (state === 'SUCCESS') return ` in ${(runtime ?? 0).toFixed(1)}s`
  if (state === 'PENDING') return ` to ${queue ?? 'default'}`
  return exception && state !== 'SUCCESS' ? `: ${exception.slice(0, 300)}` : ''
}

function line(row: TaskRow): EventLine {
  const kind = verbs[row.state] ?? 'started'
  return { at: row.finished_at ?? row.started_at ?? row.received_at ?? row.updated_at, kind, worker: row.worker ?? '', task_id: row.id, name: row.name, verb: kind, rest: rest(row) }
}

/** What the stream would say of these tasks. */
export function linesOf(rows: readonly TaskRow[], seq: number): StreamLines {
  const items = rows.map(line)
  const byKind: Record<string, number> = {}
  for (const { kind } of items) byKind[kind] = (byKind[kind] ?? 0) + 1
  return { seq, items, by_kind: byKind, looked_at: items.length + 1, events: items.length + 1, sampled: false, recent: false }
}
