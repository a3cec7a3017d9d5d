import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { interval, type Range } from '@/lib/range'

import { get } from './client'
import type * as schema from './schema.gen'
import type { Gaps, Sort, TaskPage, Whole } from './types'

export type Attention = Whole<schema.Attention>
export type Concern = Whole<schema.Concern>
export type Level = Attention['level']
export type MetricsLine = Whole<schema.MetricsLine>
export type MetricsSeries = Whole<schema.MetricsSeries>
export type MetricsSum = Whole<schema.MetricsSum>
export type MetricsTotals = Whole<schema.MetricsTotals>
export type Schedules = Whole<schema.Schedules>
export type TaskType = Whole<schema.TaskType>
export type TaskTypeRow = Whole<schema.TaskTypeRow>
export type TaskTypes = Whole<schema.TaskTypes>

/** Figures of a span: the span is part of the key and moves on, so an old answer is soon of no use. */
const ofSpan = { placeholderData: keepPreviousData, staleTime: Infinity, gcTime: 30_000 } as const

/** What is wrong now, worst first. The stream keeps it true. */
export const attention = queryOptions({ queryKey: ['attention'], queryFn: ({ signal }) => get<Attention>('attention', {}, signal), staleTime: Infinity })

/** The entries of schedules that are due next. */
export const nextRuns = queryOptions({ queryKey: ['schedules', 'next'], queryFn: ({ signal }) => get<Schedules>('schedules', { show: 'active', by: 'next', limit: 6 }, signal), staleTime: 5_000, refetchInterval: 15_000 })

/** Figures along a span: of all tasks, or of one name. */
export const series = (range: Range, name: string | null = null) =>
  queryOptions({
    queryKey: ['series', name, range.since, range.until],
    queryFn: ({ signal }) => get<MetricsSeries>('metrics/series', { by: name === null ? 'total' : 'name', key: name, ...interval(range) }, signal),
    ...ofSpan,
  })

/** Figures of all tasks over a span. */
export const totals = (range: Range) =>
  queryOptions({
    queryKey: ['totals', range.since, range.until],
    queryFn: ({ signal }) => get<MetricsTotals>('metrics/totals', { by: 'total', ...interval(range) }, signal),
    ...ofSpan,
  })

export const taskTypes = (range: Range, limit: number) =>
  queryOptions({
    queryKey: ['task-types', range.since, range.until, limit],
    queryFn: ({ signal }) => get<TaskTypes>('task-types', { limit, ...interval(range) }, signal),
    ...ofSpan,
  })

export const taskType = (name: string, range: Range) =>
  queryOptions({
    queryKey: ['task-type', name, range.since, range.until],
    queryFn: ({ signal }) => get<TaskType>('task-type', { name, ...interval(range) }, signal),
    ...ofSpan,
  })

/** Stretches of a span in which tasks of any worker may have been missed. */
export const gapsOf = (range: Range) =>
  queryOptions({
    queryKey: ['gaps', 'of a span', range.since, range.until],
    queryFn: ({ signal }) => get<Gaps>('gaps?kind=link&kind=stopped&kind=dropped&limit=200'.replace('?', `?${new URLSearchParams(interval(range)).toString()}&`), {}, signal),
    ...ofSpan,
  })

/** The newest tasks of a search, read when they are asked for. */
export const newest = (search: string, limit: number) =>
  queryOptions({ queryKey: ['newest', search, limit], queryFn: ({ signal }) => get<TaskPage>('tasks', { search, limit }, signal), staleTime: 10_000 })

/** Some tasks of a name, read anew every few seconds. */
export const some = (search: string, sort: Sort, limit: number, everyMs: number) =>
  queryOptions({
    queryKey: ['some', search, sort, limit],
    queryFn: ({ signal }) => get<TaskPage>('tasks', { search, sort, limit }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
    staleTime: everyMs,
  })
