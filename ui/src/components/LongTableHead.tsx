import { ArrowDown, ArrowUp } from 'lucide-react'

import type { Column } from './table-columns'

export interface SortState {
  key: string
  descending: boolean
  onSort: (key: string) => void
}

interface HeadProps<R> {
  columns: readonly Column<R>[]
  grid: string
  sort: SortState
}

export function LongTableHead<R>({ columns, grid, sort }: HeadProps<R>) {
  const order = sort.descending ? 'descending' : 'ascending'
  return (
    <div className="vt-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: grid }}>
      {columns.map((column) => {
        const key = column.sort
        const isSorted = key !== undefined && sort.key === key
        return (
          <div key={column.id} role="columnheader" aria-sort={isSorted ? order : undefined} className={column.num ? 'num' : undefined}>
            {key === undefined ? (
              column.title
            ) : (
              <button type="button" onClick={() => sort.onSort(key)} title={`Sort by ${column.title.toLowerCase()}`}>
                {column.title}
                {isSorted && (sort.descending ? <ArrowDown className="i" /> : <ArrowUp className="i" />)}
              </button>
            )}
          </div>
        )
      })}
    </div>
  )
}
