import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { quote } from '@/lib/search-text'

import { get, post, put, remove } from './client'
import type * as schema from './schema.gen'
import type { TaskDetail, TaskPage, TaskRow, Whole } from './types'

export type SavedView = Whole<schema.View>
export type SavedViews = Whole<schema.SavedViews>
export type SaveView = schema.SaveView
export type TaskCounts = Whole<schema.TaskCounts>
export type TaskSummary = Whole<schema.TaskSummary>
export type Facet = Whole<schema.Facet>
export type MetricsSeries = Whole<schema.MetricsSeries>

/** Counting all of many tasks takes half a second: what was not counted to its end is asked for less often. */
const againMs = (isComplete: boolean): number => (isComplete ? 10_000 : 60_000)

/** What a search finds in numbers. */
export const taskSummary = (search: string) =>
  queryOptions({
    queryKey: ['summary', search],
    queryFn: ({ signal }) => get<TaskSummary>('task-summary', { search }, signal),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: ({ state }) => (state.status === 'error' ? false : againMs(state.data?.complete ?? true)),
  })

/** How many tasks each of some searches finds. */
export const taskCounts = (searches: readonly string[]) =>
  queryOptions({
    queryKey: ['counts', ...searches],
    queryFn: ({ signal }) => get<TaskCounts>(`task-counts?${new URLSearchParams(searches.map((search) => ['search', search])).toString()}`, {}, signal),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    refetchInterval: 15_000,
  })

export interface SeriesQuestion {
  by: 'total' | 'name' | 'queue' | 'worker'
  keys: readonly string[]
  since: string
  until: string
  stepS: number
}

/** Counts along the time, of everything or of some names, queues or workers. `now` names the reading, so that it ages. */
export const taskSeries = ({ by, keys, since, until, stepS }: SeriesQuestion, key: string) =>
  queryOptions({
    queryKey: ['task-series', by, keys.join('\n'), key],
    queryFn: ({ signal }) => get<MetricsSeries>(`metrics/series?${new URLSearchParams([['by', by], ...keys.map((one): [string, string] => ['key', one]), ['since', since], ['until', until], ['step_s', String(stepS)]]).toString()}`, {}, signal),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })

export const savedViews = queryOptions({ queryKey: ['views'], queryFn: ({ signal }) => get<SavedViews>('views', {}, signal), staleTime: 30_000 })

export const saveView = (view: SaveView): Promise<SavedView> => post<SavedView>('views', view)
export const changeView = (id: string, view: SaveView): Promise<SavedView> => put<SavedView>(`views/${encodeURIComponent(id)}`, view)
export const dropView = (id: string): Promise<void> => remove(`views/${encodeURIComponent(id)}`)

const siblingsMost = 50

/** The newest runs of the same task up to this one and, where there is room, after it; oldest first. */
export const siblings = ({ id, name, received_at: received, sent_at: sent }: Pick<TaskDetail, 'id' | 'name' | 'received_at' | 'sent_at'>) =>
  queryOptions({
    queryKey: ['siblings', name ?? '', id],
    queryFn: async ({ signal }): Promise<TaskRow[]> => {
      const search = `name:${quote(name ?? '')}`
      const read = async (text: string): Promise<TaskRow[]> => (await get<TaskPage>('tasks', { search: text, limit: siblingsMost }, signal)).items.filter((row) => row.name === name)
      const newest = await read(search)
      const at = received ?? sent
      const found = newest.some((row) => row.id === id) || !at ? newest : await read(`${search} before:${new Date(Date.parse(at) + 1).toISOString()}`)
      return found.toReversed()
    },
    staleTime: 10_000,
  })
