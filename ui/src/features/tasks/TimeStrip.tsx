import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'

import { taskSeries, type TaskSummary } from '@/api/listing'
import type { TaskNames } from '@/api/types'
import { countText, whole } from '@/lib/count'
import { interval, refreshMs, type Range } from '@/lib/range'
import { statesIn, timeIn, withTime } from '@/lib/search-text'

import { fromSeries, fromSummary, keptFor, stepFor } from './histogram'
import { Histogram } from './Histogram'

interface TimeStripProps {
  search: string
  names: TaskNames | undefined
  summary: TaskSummary | undefined
  range: Range
  /** What names the range, however the clock moves on. */
  rangeKey: string
  picker: ReactNode
  /** The list is there: what comes with it may be asked for. */
  ready: boolean
  onSearch: (search: string) => void
}

const noKept = { by: 'total', keys: [] } as const

/** The histogram above the list: of the kept figures where they tell the search, else of the tasks that were counted. */
export function TimeStrip({ search, names, summary, range, rangeKey, picker, ready, onSearch }: TimeStripProps) {
  const kept = useMemo(() => keptFor(search, names), [search, names])
  const series = useQuery({ ...taskSeries({ ...(kept ?? noKept), ...interval(range), stepS: stepFor(range.until - range.since) }, rangeKey), enabled: ready && kept !== null, placeholderData: keepPreviousData, refetchInterval: refreshMs(range) })
  const bars = useMemo(() => {
    if (kept) return series.data && fromSeries(series.data, statesIn(search))
    return summary && fromSummary(summary)
  }, [kept, series.data, summary, search])
  const { since, until } = timeIn(search)
  const note = kept ? 'What ended, by when; the counts outlive the tasks' : summary?.complete === false ? `Of the newest ${whole(summary.states.items.reduce((all, { n }) => all + n, 0))} that match, by when they came` : `All ${summary ? countText(summary.total) : ''} that match, by when they came`
  if (series.isError && kept) return null
  if (!bars || bars.bars.length === 0) return <div className="hist-none">{kept && picker}</div>
  return (
    <div className="strip">
      <Histogram bars={bars} note={note} since={since} until={until} onSelect={(from, to) => onSearch(withTime(search, from, to))} />
      {kept && <div className="strip-range no-m">{picker}</div>}
    </div>
  )
}
