import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Copy, Eraser, Pause, Play } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'

import { ApiError } from '@/api/client'
import { useLive, useLiveValue } from '@/api/live-context'
import { LineFeed, type Row } from '@/api/monitor'
import { health, overview, taskNames, taskTotal, workers } from '@/api/queries'
import { Answer, usePageTitle } from '@/components/Page'
import { Kinds } from '@/features/monitor/Kinds'
import { Log } from '@/features/monitor/Log'
import { kindOf, kinds, monitorAnswer, ratesOf, type Kind } from '@/features/monitor/rates'
import { Side } from '@/features/monitor/Side'
import { useIsStale } from '@/features/status/stale'
import { SearchBox } from '@/features/tasks/SearchBox'
import { useBrowserNow } from '@/lib/clock'
import { plural } from '@/lib/count'
import { useExternal } from '@/lib/external'
import { instant } from '@/lib/instant'
import { lineText } from '@/lib/lines'
import { preferences } from '@/lib/preferences'
import { copy } from '@/lib/toasts'

import '@/features/monitor/monitor.css'
import '@/features/tasks/tasks.css'

const here = getRouteApi('/monitor')
const hiddenAtFirst: readonly Kind[] = ['sent']

const isShown = (row: Row, hidden: ReadonlySet<Kind>): boolean => row.kind === 'said' || !hidden.has(kindOf(row.kind))

function asText(rows: readonly Row[]): string {
  const { utc } = preferences()
  return rows.map((row) => ('text' in row ? `-- ${row.text}` : `[${instant(row.at, { utc, now: Date.parse(row.at), precision: 'second' })}] ${lineText(row)}`)).join('\n')
}

/** One feed for as long as the page is open; another search begins it anew. */
function useFeed(search: string, isWrong: boolean, paused: boolean) {
  const [feed] = useState(() => new LineFeed())
  useEffect(() => (isWrong ? undefined : feed.open(search)), [feed, search, isWrong])
  useEffect(() => feed.pause(paused), [feed, paused])
  return { feed, state: useExternal(feed.state) }
}

export function MonitorRoute() {
  const { search = '', hide } = here.useSearch()
  const navigate = useNavigate()
  const live = useLive()
  const paused = useLiveValue((one) => one.paused)
  const stale = useIsStale()
  const total = useQuery({ ...taskTotal(search), enabled: search !== '', retry: false })
  const problem = total.error instanceof ApiError && total.error.status === 400 ? total.error.problem : null
  const { feed, state } = useFeed(search, problem !== null, paused)
  const names = useQuery(taskNames)
  const crew = useQuery(workers)
  const figures = useQuery(overview)
  const self = useQuery(health)
  const now = useBrowserNow()
  const hidden = useMemo(() => new Set<Kind>(hide === undefined ? hiddenAtFirst : kinds.filter((kind) => hide.split(',').includes(kind))), [hide])
  const rows = useMemo(() => state.rows.filter((row) => isShown(row, hidden)), [state.rows, hidden])
  const rates = ratesOf(state, now)
  const answer = monitorAnswer(state, rates, stale ? null : (self.data?.collector.lag_s ?? null), search !== '')
  usePageTitle(`Monitor, ${self.data?.cluster ?? 'Umbel'}`)

  const toggle = (kind: Kind) => {
    const next = kinds.filter((one) => hidden.has(one) !== (one === kind))
    void navigate({ to: '/monitor', search: (old) => ({ ...old, hide: next.length === 0 ? 'none' : next.join(',') }), replace: true })
  }
  return (
    <>
      <Answer glyph={stale ? 'warning' : null} title={answer.title}>
        {answer.note}
      </Answer>
      <div className="monbar mt16">
        <SearchBox search={search} problem={problem} known={{ states: figures.data?.by_state ?? {}, names: names.data, workers: crew.data, queues: [], recent: [] }} onSearch={(text, { replace }) => void navigate({ to: '/monitor', search: (old) => ({ ...old, search: text || undefined }), replace })} />
        <button type="button" className="btn" onClick={() => live.pause(!paused)}>
          {paused ? <Play className="i" aria-hidden="true" /> : <Pause className="i" aria-hidden="true" />}
          {paused ? 'Go on' : 'Pause'}
          <kbd className="no-m">Space</kbd>
        </button>
        <button type="button" className="btn" disabled={rows.length === 0} onClick={() => void copy(asText(rows), plural(rows.length, 'line'))}>
          <Copy className="i" aria-hidden="true" />
          Copy
        </button>
        <button type="button" className="btn" disabled={rows.length === 0} onClick={() => feed.clear()}>
          <Eraser className="i" aria-hidden="true" />
          Clear
        </button>
      </div>
      <Kinds rates={rates} hidden={hidden} onToggle={toggle} />
      <div className="mon">
        <Log rows={rows} paused={paused} waiting={state.waiting} />
        <Side rates={rates} paused={paused} />
      </div>
    </>
  )
}
