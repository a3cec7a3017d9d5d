import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'

import { ApiError } from '@/api/client'
import { taskSummary } from '@/api/listing'
import type { Watch } from '@/api/live'
import { useWatch } from '@/api/live-context'
import { gapsOfAll, health, listKey, me, overview, taskList, taskNames, taskTotal, workers } from '@/api/queries'
import { defaultSort, type Sort } from '@/api/types'
import { ErrorNote } from '@/components/ErrorNote'
import { Answer, usePageTitle } from '@/components/Page'
import { RangePicker } from '@/components/range/RangePicker'
import { BulkActions } from '@/features/actions/BulkActions'
import { HistoryTools } from '@/features/history/HistoryTools'
import { FirstRun } from '@/features/status/FirstRun'
import { useIsStale } from '@/features/status/stale'
import { listAnswer } from '@/features/tasks/answer'
import { defaultColumns } from '@/features/tasks/columns'
import { EmptyList } from '@/features/tasks/EmptyList'
import { Facets } from '@/features/tasks/Facets'
import { GapNote } from '@/features/tasks/GapNote'
import { SearchBox } from '@/features/tasks/SearchBox'
import { StateChips } from '@/features/tasks/StateChips'
import { TaskList } from '@/features/tasks/TaskList'
import { TimeStrip } from '@/features/tasks/TimeStrip'
import { ViewTabs } from '@/features/tasks/ViewTabs'
import { useNow } from '@/lib/clock'
import { setPreferences, usePreferences } from '@/lib/preferences'
import { rangeAt } from '@/lib/range'
import { rememberSearch, useRecentSearches } from '@/lib/recent'

import '@/features/tasks/tasks.css'

const route = getRouteApi('/tasks')
const usualRange = '3h'
/** A search that was left standing for so long was meant. */
const meantMs = 3_000

export function TasksRoute() {
  const { search = '', sort = defaultSort, columns, view, ...time } = route.useSearch()
  const navigate = route.useNavigate()
  const kept = usePreferences().columns
  const chosen = useMemo(() => columns?.split(',') ?? kept ?? defaultColumns, [columns, kept])

  const asked = useInfiniteQuery(taskList(search, sort))
  const refused = asked.error instanceof ApiError && asked.error.status === 400 ? asked.error.problem : null
  // while a search cannot be read, the list of the last good one stays
  const [good, setGood] = useState(search)
  if (asked.isSuccess && !asked.isPlaceholderData && good !== search) setGood(search)
  const before = useInfiniteQuery({ ...taskList(good, sort), enabled: false })
  const list = refused ? before : asked
  const summary = useQuery({ ...taskSummary(good), enabled: asked.isSuccess })
  const total = useQuery({ ...taskTotal(search), enabled: search !== '' && asked.isSuccess && !asked.isPlaceholderData })
  const figures = useQuery(overview)
  const names = useQuery(taskNames)
  const crew = useQuery(workers)
  const self = useQuery(health)
  const who = useQuery(me)
  const missed = useQuery({ ...gapsOfAll, queryKey: [...gapsOfAll.queryKey, String(self.data?.blind.length)], placeholderData: keepPreviousData, refetchInterval: 30_000 })
  const stale = useIsStale()
  const [beside, setBeside] = useState(false)
  const recent = useRecentSearches()
  const now = useNow()
  const range = rangeAt(time, Math.floor(now / 60_000) * 60, usualRange)

  const seq = list.isPlaceholderData ? undefined : list.data?.pages[0]?.seq
  const isReady = seq !== undefined && !refused
  const watch = useMemo<Watch | null>(
    () => (isReady ? { search, after: seq, key: listKey(search, sort) } : null),
    // the position counts only when the list is first read: later the stream keeps it
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [isReady, search, sort],
  )
  useWatch(watch)

  const isMeant = asked.isSuccess && !asked.isPlaceholderData
  useEffect(() => {
    const timer = isMeant ? setTimeout(() => rememberSearch(search), meantMs) : undefined
    return () => clearTimeout(timer)
  }, [search, isMeant])

  const onSearch = (text: string, { replace }: { replace: boolean } = { replace: false }) => void navigate({ search: (old) => ({ ...old, search: text || undefined }), replace, resetScroll: false })
  const onSort = (next: Sort) => void navigate({ search: (old) => ({ ...old, sort: next === defaultSort ? undefined : next }), resetScroll: false })
  const onColumns = (next: readonly string[] | null) => {
    setPreferences({ columns: next && [...next] })
    void navigate({ search: (old) => ({ ...old, columns: next?.join(',') }), replace: true, resetScroll: false })
  }

  const counted = good === search && !summary.isPlaceholderData ? summary.data : undefined
  const answer = listAnswer(search, figures.data, counted && (counted.total.kind === 'exact' || total.data?.kind !== 'exact') ? counted.total : (total.data ?? list.data?.pages[0]?.total), counted)
  const title = refused ? 'This search cannot be read' : (answer?.title ?? 'Tasks')
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Tasks, ${self.data?.cluster ?? 'Umbel'}`)

  const isFirstRun = search === '' && figures.data?.tasks === 0 && list.data?.pages[0]?.items.length === 0
  if (isFirstRun && self.data) return <FirstRun health={self.data} workers={crew.data} />

  const queues = (summary.data?.queues.items ?? []).flatMap(({ value, n }) => (value === null ? [] : [{ value, n }]))
  const whole = search === '' ? figures.data && ({ kind: 'exact', value: figures.data.tasks } as const) : (counted?.total.kind === 'exact' ? counted.total : total.data)
  return (
    <>
      <Answer title={title}>{refused ? (list.data ? 'The list below is of the search before.' : 'What is wrong stands below it.') : (answer?.note ?? '\u00a0')}</Answer>
      <ViewTabs now={{ search, sort: sort === defaultSort ? undefined : sort, columns }} opened={view} ready={list.data !== undefined} onMenu={setBeside} />
      <SearchBox search={search} problem={refused} onSearch={onSearch} known={{ states: figures.data?.by_state ?? {}, names: names.data, workers: crew.data, queues, recent }} />
      <TimeStrip
        search={good}
        names={names.data}
        summary={summary.data}
        ready={list.data !== undefined}
        range={range}
        rangeKey={range.live ? (time.range ?? usualRange) : `${range.since} ${range.until}`}
        picker={<RangePicker search={time} range={range} usual={usualRange} onChange={(chosen) => void navigate({ search: (old) => ({ ...old, from: undefined, to: undefined, ...chosen }), replace: true, resetScroll: false })} />}
        onSearch={(text) => onSearch(text)}
      />
      <StateChips search={search} overview={figures.data} names={names.data} onSearch={onSearch} />
      <GapNote rows={list.data?.pages.flatMap(({ items }) => items) ?? []} gaps={missed.data?.items ?? []} sort={sort} />
      {list.error && !refused && !list.data ? (
        <div className="mt16">
          <ErrorNote title="The tasks did not come" detail={`${list.error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void list.refetch()} />
        </div>
      ) : (
        !(refused && !list.data) && (
          <div className="listgrid">
          {list.data ? <Facets search={good} onSearch={onSearch} /> : <aside className="facets" aria-hidden="true" />}
          <TaskList
            query={list}
            search={good}
            me={who.data}
            held={beside}
            total={whole}
            sort={sort}
            columns={chosen}
            stale={stale}
            tools={<HistoryTools search={search} total={whole} me={who.data} />}
            bulk={(ids) => <BulkActions ids={ids} me={who.data} />}
            empty={<EmptyList search={search} overview={figures.data} coverage={list.data?.pages[0]?.coverage} />}
            onSort={onSort}
            onColumns={onColumns}
          />
          </div>
        )
      )}
    </>
  )
}
