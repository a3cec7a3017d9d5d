import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { quote } from '@/lib/search-text'

import { get, post } from './client'
import type * as schema from './schema.gen'
import type { TaskPage, Worker } from './types'

/** The server writes every field of an answer, also those that the document does not require. */
type Whole<T> = T extends readonly (infer I)[] ? Whole<I>[] : T extends object ? (string extends keyof T ? T : { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }) : T

export type ExpectedWorkers = Whole<schema.ExpectedWorkers>
export type WorkerDetail = Omit<Whole<schema.WorkerDetail>, 'worker'> & { worker: Worker }
export type WorkerHistory = Whole<schema.WorkerHistory>
export type WorkerTask = Whole<schema.WorkerTask>
export type WorkerTaskList = Whole<schema.WorkerTaskList>
export type WorkersHistory = Whole<schema.WorkersHistory>
export type RegisteredTask = Whole<schema.RegisteredTask>

/** A slash in a name needs to be quoted twice: servers take one that is quoted once for a border of the path. */
const path = (name: string) => `workers/${encodeURIComponent(/[/%]/.test(name) ? encodeURIComponent(name) : name)}`

export const workerKey = (name: string) => ['worker', name] as const

/** Umbel asks the worker every ten seconds while somebody looks; what its events change comes in between. */
export const workerDetail = (name: string) => queryOptions({ queryKey: workerKey(name), queryFn: ({ signal }) => get<WorkerDetail>(path(name), {}, signal), staleTime: 0, refetchInterval: 3_000 })

/** How it was; by default the last hour. Instants in epoch seconds. */
export const workerHistory = (name: string, hours: number) =>
  queryOptions({
    queryKey: ['worker-history', name, hours],
    queryFn: ({ signal }) => get<WorkerHistory>(`${path(name)}/history`, { since: new Date(Date.now() - hours * 3_600_000).toISOString() }, signal),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: hours <= 1 ? 10_000 : 60_000,
  })

/** The last hour of all workers, by the minute. */
export const workersHistory = queryOptions({ queryKey: ['workers-history'], queryFn: ({ signal }) => get<WorkersHistory>('workers-history', {}, signal), staleTime: 20_000, refetchInterval: 30_000 })

/** Asks the worker now. Throws ApiError. */
export const refreshWorker = (name: string) => post<WorkerDetail>(`${path(name)}/refresh`, {})

/** What it began in the last five minutes, the newest runs, and what it runs for longer. */
export const workerTasks = (name: string) =>
  queryOptions({
    queryKey: ['worker-tasks', name],
    queryFn: ({ signal }) => get<TaskPage>('tasks', { search: `worker:${quote(name)} (started:>-5m OR state:started)`, sort: '-started', limit: 300 }, signal),
    staleTime: 1_000,
    refetchInterval: 3_000,
  })
