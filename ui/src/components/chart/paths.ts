import type uPlot from 'uplot'

import type { TimeAxis } from './types'

interface Steps {
  axis: TimeAxis
  /** Draws a step only where it is true: a layer of nothing has no outline. */
  isShown: (index: number) => boolean
  /** Canvas pixels that a step which is not 0 has at least. */
  leastHeight: number
}

interface Box {
  left: number
  right: number
  top: number
}

/** Stepped lines and areas: one step one bucket, never smoothed; nothing is drawn where nothing was measured. */
export function steps({ axis, isShown, leastHeight }: Steps): uPlot.Series.PathBuilder {
  return (u, series) => {
    const values = u.data[series] ?? []
    const base = u.valToPos(u.scales.y?.min ?? 0, 'y', true)
    const x = (at: number): number => Math.round(u.valToPos(Math.min(Math.max(at, axis.since), axis.until), 'x', true)) // whole pixels: no seams
    const boxes = axis.starts.map((start, index): Box | null => {
      const value = values[index]
      if (value == null || !isShown(index) || start >= axis.until || start + axis.stepS <= axis.since) return null
      const top = u.valToPos(value, 'y', true)
      return { left: x(start), right: x(start + axis.stepS), top: value > 0 ? Math.min(top, base - leastHeight) : top }
    })
    return { ...drawn(boxes, base), clip: null, band: null, flags: 0 }
  }
}

function drawn(boxes: readonly (Box | null)[], base: number): { stroke: Path2D; fill: Path2D } {
  const stroke = new Path2D()
  const fill = new Path2D()
  let isOpen = false
  for (const box of boxes) {
    if (box === null) {
      isOpen = false
      continue
    }
    if (isOpen) stroke.lineTo(box.left, box.top)
    else stroke.moveTo(box.left, box.top)
    stroke.lineTo(box.right, box.top)
    fill.rect(box.left, box.top, box.right - box.left, base - box.top)
    isOpen = true
  }
  return { stroke, fill }
}
