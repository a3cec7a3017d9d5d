import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import uPlot from 'uplot'

import 'uplot/dist/uPlot.min.css'

import { point } from './cursor'
import { bounds, columns, options, type Picture } from './options'
import { ink, useTheme } from './theme'

interface PlotProps extends Picture {
  height: number
  onSelect: ((since: number, until: number) => void) | undefined
  onReset: (() => void) | undefined
  /** What lies over the drawing, in its very box. */
  children: ReactNode
}

const canPaint = (): boolean => document.createElement('canvas').getContext('2d') !== null

/** The drawing alone. A chunk of its own, since uPlot comes with it. */
export default function Plot({ height, onSelect, onReset, children, ...picture }: PlotProps) {
  const place = useRef<HTMLDivElement>(null)
  const [over, setOver] = useState<HTMLElement | null>(null)
  const theme = useTheme()
  const select = useRef(onSelect)
  useEffect(() => {
    select.current = onSelect
  })

  // drawn anew as a whole with each answer: a hundred points take a millisecond, and nothing can be left over
  const signature = JSON.stringify([theme, height, picture.axis, picture.curves, picture.band, picture.utc, bounds(picture)])
  useLayoutEffect(() => {
    const box = place.current
    if (!box || !canPaint()) return
    const plot = new uPlot({ ...options(picture, ink(), (since, until) => select.current?.(since, until), point), width: Math.max(120, box.clientWidth), height }, columns(picture), box)
    setOver(plot.over)
    const watch = new ResizeObserver(() => {
      if (box.clientWidth !== plot.width && box.clientWidth > 0) plot.setSize({ width: box.clientWidth, height })
    })
    watch.observe(box)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the signature stands for all of the picture
  }, [signature])

  return (
    <div className={onSelect ? 'tc-plot brush' : 'tc-plot'} ref={place} style={{ height }} onDoubleClick={onReset} onMouseLeave={() => point(null)}>
      {over && createPortal(children, over)}
    </div>
  )
}
