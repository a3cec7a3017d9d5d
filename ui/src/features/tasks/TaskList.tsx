import type { UseInfiniteQueryResult, InfiniteData } from '@tanstack/react-query'
import { useCallback, useMemo, useState, type ReactNode } from 'react'

import { useLiveValue } from '@/api/live-context'
import { rows as listRows } from '@/api/list'
import { defaultSort, sortKey, type Count, type Sort, type TaskPage, type TaskRow } from '@/api/types'
import { LongTable } from '@/components/LongTable'
import { Bones } from '@/components/Nil'
import { usePreferences } from '@/lib/preferences'

import { taskColumns } from './columns'
import { ColumnsMenu } from './ColumnsMenu'
import { useHold } from './hold'
import { ListEnd } from './ListEnd'
import { NewRows } from './NewRows'
import { usePick } from './pick'
import { RowActions } from './RowActions'

interface TaskListProps {
  query: UseInfiniteQueryResult<InfiniteData<TaskPage>>
  total: Count | undefined
  sort: Sort
  columns: readonly string[]
  stale: boolean
  empty: ReactNode
  /** What can be done with the whole list, beside the choice of columns. */
  tools?: ReactNode
  onSort: (sort: Sort) => void
  onColumns: (columns: readonly string[] | null) => void
}

const rowKey = (row: TaskRow): string => row.id
const actions = (row: TaskRow): ReactNode => <RowActions row={row} />
/** Words are sorted from a, numbers and times from the greatest, at the first press. */
const ascendingFirst = new Set(['name', 'state', 'worker'])

export function TaskList({ query, total, sort, columns, stale, empty, tools: listTools, onSort, onColumns }: TaskListProps) {
  const { utc } = usePreferences()
  const [menu, setMenu] = useState(false)
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, isPlaceholderData, fetchNextPage } = query
  const rows = useMemo(() => listRows(data?.pages ?? []), [data])
  const { picked, letGo } = usePick(rows)
  const held = useHold(picked !== null, menu)
  const gone = useLiveValue((live) => live.gone)
  const lit = useLiveValue((live) => live.lit)
  const shown = useMemo(() => taskColumns(columns, utc), [columns, utc])
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
        <ColumnsMenu chosen={columns} onChoose={onColumns} onOpenChange={setMenu} />
      </span>
    </div>
  )

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
        rowClass={(row) => (gone.has(row.id) ? 'gone' : lit.has(row.id) ? 'fresh' : '')}
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
    </section>
  )
}
