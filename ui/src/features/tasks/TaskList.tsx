import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query'
import { Columns3 } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState, type ReactNode } from 'react'

import { useLiveValue } from '@/api/live-context'
import { rows as listRows } from '@/api/list'
import { defaultSort, sortKey, type Count, type Me, type Sort, type TaskPage, type TaskRow } from '@/api/types'
import { LongTable } from '@/components/LongTable'
import { Bones } from '@/components/Nil'
import { moved, type Column } from '@/components/table-columns'
import { setPreferences, usePreferences } from '@/lib/preferences'

import { BulkBar } from './BulkBar'
import { taskColumns } from './columns'
import { useHold } from './hold'
import { ListEnd } from './ListEnd'
import { NewRows } from './NewRows'
import { usePick } from './pick'
import { RowActions } from './RowActions'
import { useSelection, type Selection } from './select'

const ColumnsDialog = lazy(async () => ({ default: (await import('./ColumnsDialog')).ColumnsDialog }))

interface TaskListProps {
  query: UseInfiniteQueryResult<InfiniteData<TaskPage>>
  total: Count | undefined
  sort: Sort
  columns: readonly string[]
  stale: boolean
  search: string
  me: Me | undefined
  /** Something beside the list is open, so that it does not move. */
  held: boolean
  empty: ReactNode
  /** What can be done with the whole list, beside the choice of columns. */
  tools?: ReactNode
  /** What can be done to those that are ticked, by their ids. */
  bulk?: (ids: readonly string[]) => ReactNode
  onSort: (sort: Sort) => void
  onColumns: (columns: readonly string[] | null) => void
}

const rowKey = (row: TaskRow): string => row.id
const actions = (row: TaskRow): ReactNode => <RowActions row={row} />
/** Words are sorted from a, numbers and times from the greatest, at the first press. */
const ascendingFirst = new Set(['name', 'state', 'worker'])

/** The ticks before the rows. */
const tickColumn = ({ ids, all, clear, toggle }: Selection, shown: number): Column<TaskRow> => ({
  id: 'tick',
  title: 'Selected',
  head: <input type="checkbox" className="tickbox" aria-label="Select all that are shown" checked={shown > 0 && ids.size >= shown} ref={(box) => { if (box) box.indeterminate = ids.size > 0 && ids.size < shown }} onChange={({ target }) => (target.checked ? all() : clear())} />,
  min: 16,
  grow: 0,
  rank: 0,
  cell: (row) => <input type="checkbox" className="tickbox" aria-label={`Select ${row.id.slice(0, 80)}`} checked={ids.has(row.id)} onClick={({ shiftKey }) => toggle(row.id, shiftKey)} readOnly />,
})

export function TaskList({ query, total, sort, columns, stale, search, me, held: beside, empty, tools: listTools, bulk, onSort, onColumns }: TaskListProps) {
  const { utc, widths } = usePreferences()
  const [menu, setMenu] = useState(false)
  const [copying, setCopying] = useState(false)
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, isPlaceholderData, fetchNextPage } = query
  const rows = useMemo(() => listRows(data?.pages ?? []), [data])
  const { picked, letGo } = usePick(rows)
  const selection = useSelection(rows, picked, search)
  const held = useHold(picked !== null, menu || copying || beside, selection.ids.size)
  const gone = useLiveValue((live) => live.gone)
  const lit = useLiveValue((live) => live.lit)
  const tick = useMemo(() => tickColumn(selection, rows.length), [selection, rows.length])
  const shown = useMemo(() => [tick, ...taskColumns(columns, utc, widths)], [tick, columns, utc, widths])
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])

  const key = sortKey(sort)
  const descending = sort.startsWith('-')
  const sortBy = (next: string) => {
    const turned = next === key ? !descending : !ascendingFirst.has(next)
    onSort(`${turned ? '-' : ''}${next}` as Sort) // the columns' sort keys are the API's
  }
  const tools = (
    <div className="tbar">
      <NewRows
        held={held}
        follows={sort === defaultSort}
        stale={stale}
        onShow={() => {
          letGo()
          window.scrollTo({ top: 0 })
        }}
      />
      <span className="end">
        {listTools}
        <button type="button" className="btn gh columns" onClick={() => setMenu(true)}>
          <Columns3 className="i" />
          Columns
        </button>
      </span>
    </div>
  )
  const arrange = {
    onWidth: (id: string, width: number | null) => {
      const others = Object.entries(widths).filter(([one]) => one !== id)
      setPreferences({ widths: Object.fromEntries(width === null ? others : [...others, [id, width]]) })
    },
    onMove: (id: string, to: string) => onColumns(moved(shown.slice(1).map((column) => column.id), id, to)),
  }

  return (
    <section className="tasklist" aria-label="Tasks" data-old={isPlaceholderData || undefined}>
      <LongTable
        label="Tasks"
        columns={shown}
        rows={rows}
        rowKey={rowKey}
        total={total?.kind === 'exact' ? (total.value ?? -1) : -1}
        sort={{ key, descending, onSort: sortBy }}
        picked={picked}
        arrange={arrange}
        rowClass={(row) => `${selection.ids.has(row.id) ? 'sel ' : ''}${gone.has(row.id) ? 'gone' : lit.has(row.id) ? 'fresh' : ''}`}
        rowActions={actions}
        tools={tools}
        onEnd={more}
        footer={
          <>
            {query.isPending && <Bones widths={[82, 64, 74, 48, 80, 58, 70, 52]} />}
            {data && rows.length === 0 && empty}
            <ListEnd pages={data?.pages ?? []} shown={rows.length} loading={isFetchingNextPage} failed={isFetchNextPageError} onMore={() => void fetchNextPage()} />
          </>
        }
      />
      <BulkBar selection={selection} shown={rows.length} total={total} search={search} me={me} onMenu={setCopying} actions={bulk} />
      <Suspense>{menu && <ColumnsDialog chosen={columns} onChoose={onColumns} hasWidths={Object.keys(widths).length > 0} onWidths={() => setPreferences({ widths: {} })} onClose={() => setMenu(false)} />}</Suspense>
    </section>
  )
}
