import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'

import { get } from './client'
import type * as schema from './schema.gen'
import type { Whole } from './types'

export type Schedules = Whole<schema.Schedules>
export type ScheduleEntry = Whole<schema.ScheduleEntry>
export type ScheduleDetail = Whole<schema.ScheduleDetail>
export type ScheduleRuns = Whole<schema.ScheduleRuns>
export type ScheduleSummary = Whole<schema.ScheduleSummary>
export type ExpectedRun = Whole<schema.ExpectedRun>
export type RunMark = Whole<schema.RunMark>
export type RunNowPreview = Whole<schema.RunNowPreview>
export type Timeline = Whole<schema.Timeline>
export type TimelineRow = Whole<schema.TimelineRow>
export type Beat = Whole<schema.Beat>

export type Show = 'active' | 'troubled' | 'archived'
export type Order = 'trouble' | 'name' | 'next'

export const pageSize = 60
const often = 5_000

/** Entries page by page, read again while somebody looks. `since` is where the reader's day begins. */
export const scheduleList = (text: string, show: Show, by: Order, since: string) =>
  infiniteQueryOptions({
    queryKey: ['schedules', text, show, by, since],
    queryFn: ({ pageParam, signal }) => get<Schedules>('schedules', { text, show, by, since, limit: pageSize, offset: pageParam }, signal),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const read = pages.reduce((sum, one) => sum + one.items.length, 0)
      return page.items.length > 0 && read < page.total ? read : undefined
    },
    placeholderData: keepPreviousData,
    staleTime: often,
    refetchInterval: often,
  })

/** The few entries that a person should look at. */
export const troubled = (since: string) =>
  queryOptions({ queryKey: ['schedules', 'troubled', since], queryFn: ({ signal }) => get<Schedules>('schedules', { show: 'troubled', since, limit: 5 }, signal), staleTime: often, refetchInterval: often })

export const timeline = queryOptions({ queryKey: ['schedules', 'timeline'], queryFn: ({ signal }) => get<Timeline>('schedules/timeline', {}, signal), staleTime: often, refetchInterval: 15_000 })

export const scheduleDetail = (id: string) =>
  queryOptions({ queryKey: ['schedules', 'one', id], queryFn: ({ signal }) => get<ScheduleDetail>(`schedules/${encodeURIComponent(id)}`, { limit: 100 }, signal), staleTime: often, refetchInterval: often })

/** Runs before those that the entry came with. */
export const olderRuns = (id: string, before: string | null) =>
  infiniteQueryOptions({
    queryKey: ['schedules', 'runs', id, before],
    queryFn: ({ pageParam, signal }) => get<ScheduleRuns>(`schedules/${encodeURIComponent(id)}/runs`, { limit: 200, before: pageParam }, signal),
    initialPageParam: before,
    getNextPageParam: (page) => page.next,
    enabled: false,
    staleTime: Infinity,
  })

/** The call that running an entry now would send. */
export const callOf = (id: string) => queryOptions({ queryKey: ['schedules', 'call', id], queryFn: ({ signal }) => get<RunNowPreview>(`schedules/${encodeURIComponent(id)}/run`, {}, signal), staleTime: 0, gcTime: 0, retry: false })
