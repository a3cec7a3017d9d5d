import type { ReactNode } from 'react'

/** A column of a long table. `rank` says which give way first when the window is narrow (the highest). */
export interface Column<R> {
  id: string
  title: string
  /** What stands in the head in place of the title. */
  head?: ReactNode
  /** Pixels it needs at least, and its share of what is left over. */
  min: number
  grow: number
  /** Pixels it was pulled to; it then takes no share. */
  width?: number | undefined
  rank: number
  num?: boolean
  /** Its place in the lines of a phone's row; without one it is not shown there. */
  place?: 'p1' | 'p2' | 'p3' | 'p4' | 'p5'
  /** The key that the server sorts by. */
  sort?: string
  cell: (row: R) => ReactNode
}

type Wide = Pick<Column<never>, 'min' | 'width'>

const gap = 12
const padding = 30
/** A column cannot be pulled to less or more. */
export const narrowest = 48
export const widest = 900

const needed = (columns: readonly Wide[]): number => columns.reduce((sum, { min, width }) => sum + (width ?? min) + gap, padding - gap)

/** The columns that fit into `width`, in their order. */
export function fit<C extends Wide & { rank: number }>(columns: readonly C[], width: number): C[] {
  let shown = [...columns]
  while (shown.length > 1 && needed(shown) > width) {
    const worst = Math.max(...shown.map(({ rank }) => rank))
    if (worst === 0) break
    shown = shown.filter((column) => column.rank !== worst)
  }
  return shown
}

/** The tracks of the grid. Where every column was pulled, the last one takes what is left. */
export function template(columns: readonly (Wide & { grow: number })[]): string {
  const grows = columns.some(({ grow, width }) => width === undefined && grow > 0)
  return columns
    .map(({ min, grow, width }, index) => {
      if (!grows && index === columns.length - 1) return `minmax(${width ?? min}px, 1fr)`
      if (width !== undefined) return `${width}px`
      return grow > 0 ? `minmax(${min}px, ${grow}fr)` : `${min}px`
    })
    .join(' ')
}

/** The ids with one of them moved to the place of another. */
export function moved(ids: readonly string[], id: string, to: string): string[] {
  const place = ids.indexOf(to)
  if (place < 0 || !ids.includes(id) || id === to) return [...ids]
  const rest = ids.filter((one) => one !== id)
  rest.splice(place, 0, id)
  return rest
}
