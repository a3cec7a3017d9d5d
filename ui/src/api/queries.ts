import { infiniteQueryOptions, keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query'

import { ApiError, get } from './client'
import type { Gaps, Health, Me, Overview, SelfReport, Sort, TaskDetail, TaskNames, TaskPage, Workers } from './types'

export const pageSize = 100

export type ListKey = readonly ['tasks', string, Sort]

export const listKey = (search: string, sort: Sort): ListKey => ['tasks', search, sort]

/** Pages of tasks. They never go stale by age: the stream keeps them true, and says when it cannot. */
export const taskList = (search: string, sort: Sort) =>
  infiniteQueryOptions({
    queryKey: listKey(search, sort),
    queryFn: ({ pageParam, signal }) => get<TaskPage>('tasks', { search, sort, limit: pageSize, cursor: pageParam }, signal),
    initialPageParam: null as string | null, // the type of every later cursor
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })

/** How many tasks match, read apart from the rows so that it can be refreshed alone. */
export const taskTotal = (search: string) =>
  queryOptions({
    queryKey: ['total', search],
    queryFn: async ({ signal }) => (await get<TaskPage>('tasks', { search, limit: 1 }, signal)).total,
    staleTime: Infinity,
  })

export const taskDetail = (id: string) =>
  queryOptions({ queryKey: ['task', id], queryFn: ({ signal }) => get<TaskDetail>(`tasks/${encodeURIComponent(id)}`, {}, signal), staleTime: 0 })

export const taskNames = queryOptions({ queryKey: ['task-names'], queryFn: ({ signal }) => get<TaskNames>('task-names', {}, signal), staleTime: 15_000 })

export const workers = queryOptions({ queryKey: ['workers'], queryFn: ({ signal }) => get<Workers>('workers', {}, signal), staleTime: Infinity })

export const overview = queryOptions({ queryKey: ['overview'], queryFn: ({ signal }) => get<Overview>('overview', {}, signal), staleTime: Infinity })

export const health = queryOptions({ queryKey: ['health'], queryFn: ({ signal }) => get<Health>('health', {}, signal), staleTime: Infinity })

export const self = queryOptions({ queryKey: ['self'], queryFn: ({ signal }) => get<SelfReport>('self', {}, signal), staleTime: 5_000 })

/** Not on the stream: gaps are few, and the badge tells of one that lasts. */
export const gaps = queryOptions({ queryKey: ['gaps'], queryFn: ({ signal }) => get<Gaps>('gaps', { limit: 50 }, signal), staleTime: 5_000, refetchInterval: 10_000 })

/** Those in which tasks of any worker may have been missed. One worker's own are many, and would leave these no room. */
export const gapsOfAll = queryOptions({ ...gaps, queryKey: ['gaps', 'of all'], queryFn: ({ signal }) => get<Gaps>('gaps?kind=link&kind=stopped&kind=dropped&limit=50', {}, signal) })

export const me = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => get<Me>('me', {}, signal), staleTime: Infinity })

/** A refusal stays a refusal; only silence and the server's own failures are asked again. */
const mayRetry = (failures: number, error: Error): boolean => failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500)

export const makeQueryClient = (): QueryClient =>
  new QueryClient({ defaultOptions: { queries: { retry: mayRetry, retryDelay: (n) => 400 * 2 ** n, refetchOnWindowFocus: false, gcTime: 300_000 } } })
