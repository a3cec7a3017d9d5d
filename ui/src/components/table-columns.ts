import type { ReactNode } from 'react'

/** A column of a long table. `rank` says which give way first when the window is narrow (the highest). */
export interface Column<R> {
  id: string
  title: string
  /** Pixels it needs at least, and its share of what is left over. */
  min: number
  grow: number
  rank: number
  num?: boolean
  /** Its place in the lines of a phone's row; without one it is not shown there. */
  place?: 'p1' | 'p2' | 'p3' | 'p4' | 'p5'
  /** The key that the server sorts by. */
  sort?: string
  cell: (row: R) => ReactNode
}

const gap = 12
const padding = 30

const needed = (columns: readonly { min: number }[]): number => columns.reduce((sum, { min }) => sum + min + gap, padding - gap)

/** The columns that fit into `width`, in their order. */
export function fit<C extends { min: number; rank: number }>(columns: readonly C[], width: number): C[] {
  let shown = [...columns]
  while (shown.length > 1 && needed(shown) > width) {
    const worst = Math.max(...shown.map(({ rank }) => rank))
    shown = shown.filter((column) => column.rank !== worst)
  }
  return shown
}

export const template = (columns: readonly { min: number; grow: number }[]): string =>
  columns.map(({ min, grow }) => (grow > 0 ? `minmax(${min}px, ${grow}fr)` : `${min}px`)).join(' ')
