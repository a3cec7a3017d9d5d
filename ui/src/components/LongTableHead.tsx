import { ArrowDown, ArrowUp } from 'lucide-react'
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'

import { narrowest, widest, type Column } from './table-columns'

export interface SortState {
  key: string
  descending: boolean
  onSort: (key: string) => void
}

/** How the columns of a table can be changed where they stand; without it they cannot. */
export interface ArrangeState {
  /** A column was pulled to so many pixels, or let go again. */
  onWidth: (id: string, width: number | null) => void
  /** A column was dropped on another one. */
  onMove: (id: string, to: string) => void
}

interface HeadProps<R> {
  columns: readonly Column<R>[]
  grid: string
  sort: SortState
  arrange?: ArrangeState | undefined
}

const clamp = (width: number): number => Math.round(Math.min(widest, Math.max(narrowest, width)))

/** The edge of a column, to be pulled, or moved by the arrows; a double press lets go. */
function Edge({ id, title, width, onWidth }: { id: string; title: string; width: number | undefined; onWidth: ArrangeState['onWidth'] }) {
  const from = useRef<{ x: number; width: number } | null>(null)
  const cellWidth = (target: HTMLElement): number => target.parentElement?.getBoundingClientRect().width ?? 100
  const begin = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, width: cellWidth(event.currentTarget) }
  }
  const pull = (event: PointerEvent<HTMLElement>) => {
    if (from.current) onWidth(id, clamp(from.current.width + event.clientX - from.current.x))
  }
  const byKey = (event: KeyboardEvent<HTMLElement>) => {
    const by = { ArrowLeft: -12, ArrowRight: 12 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onWidth(id, clamp(cellWidth(event.currentTarget) + by))
  }
  return (
    <span
      className="edge"
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${title}`}
      aria-valuenow={width ?? 0}
      aria-valuetext={width === undefined ? 'by itself' : `${width} pixels`}
      aria-valuemin={0}
      aria-valuemax={widest}
      tabIndex={0}
      onPointerDown={begin}
      onPointerMove={pull}
      onPointerUp={() => (from.current = null)}
      onDoubleClick={() => onWidth(id, null)}
      onKeyDown={byKey}
    />
  )
}

export function LongTableHead<R>({ columns, grid, sort, arrange }: HeadProps<R>) {
  const order = sort.descending ? 'descending' : 'ascending'
  const dragged = useRef<string | null>(null)
  return (
    <div className="vt-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: grid }}>
      {columns.map((column) => {
        const key = column.sort
        const isSorted = key !== undefined && sort.key === key
        const moves = arrange && column.head === undefined
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-sort={isSorted ? order : undefined}
            className={column.num ? 'num' : undefined}
            {...(moves && {
              draggable: true,
              onDragStart: () => (dragged.current = column.id),
              onDragOver: (event) => event.preventDefault(),
              onDrop: () => dragged.current !== null && arrange.onMove(dragged.current, column.id),
            })}
          >
            {column.head !== undefined ? (
              column.head
            ) : key === undefined ? (
              <span className="ell">{column.title}</span>
            ) : (
              <button type="button" onClick={() => sort.onSort(key)} title={`Sort by ${column.title.toLowerCase()}`}>
                {column.title}
                {isSorted && (sort.descending ? <ArrowDown className="i" /> : <ArrowUp className="i" />)}
              </button>
            )}
            {moves && <Edge id={column.id} title={column.title} width={column.width} onWidth={arrange.onWidth} />}
          </div>
        )
      })}
    </div>
  )
}
