import type { TaskPage } from '@/api/types'

type Task = TaskPage['items'][number]

export interface Bar {
  id: string
  name: string
  /** Of the width, 0 to 1. */
  from: number
  width: number
  look: 'r' | 'f' | 't' | 'l' | ''
  state: string
}

const looks: Record<string, Bar['look']> = { STARTED: 'r', FAILURE: 'f', RETRY: 't', LOST: 'l' }

/**
 * Lays the runs of a worker in lanes that never overlap: the first lane that is free takes the next run. Which process
 * ran which is told by no event. What has no end lasted until the worker was `heard` last. Instants in epoch milliseconds.
 */
export function lanes(tasks: readonly Task[], since: number, until: number, atLeast: number, heard?: number): Bar[][] {
  const span = until - since
  const runs = tasks
    .filter((task) => task.started_at !== null)
    .map((task) => {
      const start = Date.parse(task.started_at ?? '')
      const hasNoEnd = task.state === 'LOST' || task.verdict?.code === 'orphaned'
      const end = hasNoEnd && heard !== undefined ? heard : task.state === 'STARTED' && !task.verdict ? until : task.finished_at ? Date.parse(task.finished_at) : task.runtime_s !== null ? start + task.runtime_s * 1000 : Date.parse(task.updated_at)
      return { task, start, end: Math.max(start, end) }
    })
    .filter(({ start, end }) => end >= since && start <= until)
    .sort((a, b) => a.start - b.start)
  const found: Bar[][] = Array.from({ length: atLeast }, () => [])
  const free: number[] = found.map(() => -Infinity)
  for (const { task, start, end } of runs) {
    let index = free.findIndex((at) => at <= start)
    if (index < 0) {
      index = found.length
      found.push([])
    }
    free[index] = end
    const from = Math.max(0, (start - since) / span)
    found[index]?.push({ id: task.id, name: task.name ?? '', from, width: Math.min(1, (end - since) / span) - from, look: task.verdict?.code === 'orphaned' ? 'l' : (looks[task.state] ?? ''), state: task.state })
  }
  return found
}
