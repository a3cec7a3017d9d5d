import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'

import { LongTableHead, type ArrangeState, type SortState } from './LongTableHead'
import { useIsPhone, useRowHeight, useWidth } from './measure'
import { fit, template, type Column } from './table-columns'

export interface LongTableProps<R> {
  label: string
  columns: readonly Column<R>[]
  rows: readonly R[]
  rowKey: (row: R) => string
  /** How many rows there are in all, -1 where that is not known. */
  total: number
  sort: SortState
  arrange?: ArrangeState
  picked: string | null
  rowClass?: (row: R) => string
  rowActions?: (row: R) => ReactNode
  tools: ReactNode
  footer: ReactNode
  onEnd: () => void
}

interface RowProps<R> {
  row: R
  index: number
  top: number
  columns: readonly Column<R>[]
  grid: string
  className: string
  actions: ((row: R) => ReactNode) | undefined
}

function RowView<R>({ row, index, top, columns, grid, className, actions }: RowProps<R>) {
  return (
    <div className={`vr ${className}`} role="row" aria-rowindex={index + 2} data-row={index} style={{ transform: `translateY(${top}px)`, gridTemplateColumns: grid }}>
      {columns.map((column, place) => {
        const isLast = actions !== undefined && place === columns.length - 1
        return (
          <div key={column.id} role="cell" data-column={column.id} className={[column.place, column.num && 'num', isLast && 'over has-acts'].filter(Boolean).join(' ')}>
            {isLast ? <span className="val">{column.cell(row)}</span> : column.cell(row)}
            {isLast && <span className="acts">{actions(row)}</span>}
          </div>
        )
      })}
    </div>
  )
}

const Row = memo(RowView) as typeof RowView // memo forgets that the component is generic

/** What sticks above the rows: the bar, the tools and the head. */
const stuck = 48 + 44 + 31

/** A table of any length: the page scrolls, only the rows near the window exist, the roles say it is a table. */
export function LongTable<R>(props: LongTableProps<R>) {
  const { columns, rows, rowKey, picked, onEnd } = props
  const body = useRef<HTMLDivElement>(null)
  const [width, measure] = useWidth()
  const [margin, setMargin] = useState(0)
  const height = useRowHeight()
  const phone = useIsPhone()
  const shown = width === 0 || phone ? columns : fit(columns, width)
  const grid = template(shown)
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    getItemKey: (index) => (rows[index] === undefined ? index : rowKey(rows[index])),
    overscan: 12,
    scrollMargin: margin,
    scrollPaddingStart: stuck,
    scrollPaddingEnd: 16,
  })

  // what stands above the rows may grow at any render, so their place is measured after each
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useLayoutEffect(() => {
    const top = body.current ? body.current.getBoundingClientRect().top + window.scrollY : 0
    setMargin((old) => (Math.abs(old - top) > 1 ? top : old))
  })
  useLayoutEffect(() => virtual.measure(), [height, virtual])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= rows.length - 20 && rows.length > 0) onEnd()
  }, [last, rows.length, onEnd])

  useEffect(() => {
    if (picked === null) return
    const index = rows.findIndex((row) => rowKey(row) === picked)
    if (index < 0) return
    virtual.scrollToIndex(index, { align: 'auto' })
    const frame = requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-row="${index}"] a.open`)?.focus({ preventScroll: true }))
    return () => cancelAnimationFrame(frame)
    // only a new pick moves the window, not a new row
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [picked])

  return (
    <div className="vt" ref={measure}>
      <div className="vt-tools">{props.tools}</div>
      <div role="table" aria-label={props.label} aria-rowcount={props.total < 0 ? -1 : props.total + 1} aria-colcount={shown.length}>
        <div className="vt-top" role="rowgroup">
          <LongTableHead columns={shown} grid={grid} sort={props.sort} arrange={props.arrange} />
        </div>
        <div className="vt-rows" role="rowgroup" ref={body} style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            const className = [picked === rowKey(row) && 'pick', props.rowClass?.(row)].filter(Boolean).join(' ')
            return <Row key={item.key} row={row} index={item.index} top={item.start - margin} columns={shown} grid={grid} className={className} actions={props.rowActions} />
          })}
        </div>
      </div>
      <div className="vt-foot">{props.footer}</div>
    </div>
  )
}
