import { Table2 } from 'lucide-react'
import { lazy, Suspense, useId, useState, type KeyboardEvent, type ReactNode } from 'react'

import { useNow } from '@/lib/clock'
import { usePreferences } from '@/lib/preferences'

import { ChartTable } from './ChartTable'
import { point, usePointed } from './cursor'
import { Overlay } from './Overlay'
import { ReadOut } from './ReadOut'
import { bucketAt, known } from './scale'
import { bucketTime } from './ticks'
import type { ChartBand, ChartGap, ChartMark, Curve, TimeAxis } from './types'

import './chart.css'

const Plot = lazy(() => import('./Plot'))

export interface TimeChartProps {
  title: string
  note?: ReactNode
  /** The whole of it in a sentence, for who cannot see it. */
  label: string
  axis: TimeAxis
  curves: readonly Curve[]
  /** `stack` lays counts by outcome on each other, the first at the base; `lines` compares. */
  shape?: 'stack' | 'lines'
  scale?: 'linear' | 'log'
  write: (value: number) => string
  /** What the legend says while nothing is pointed at, by name; the newest values where it is not given. */
  summary?: Readonly<Record<string, string>>
  gaps?: readonly ChartGap[]
  marks?: readonly ChartMark[]
  band?: ChartBand
  height?: number
  /** A range was drawn over it (epoch seconds); without it there is nothing to draw. */
  onSelect?: (since: number, until: number) => void
  /** A double click: back to the range before. */
  onReset?: () => void
}

/** Moves the crosshair by buckets with the arrows; true where the key was one of them. */
function byKey(event: KeyboardEvent, axis: TimeAxis, at: number | null): boolean {
  const moves: Partial<Record<string, (index: number) => number>> = { ArrowLeft: (i) => i - 1, ArrowRight: (i) => i + 1, Home: () => 0, End: () => axis.starts.length - 1 }
  if (event.key === 'Escape' && at !== null) {
    point(null)
    return true
  }
  const move = moves[event.key]
  if (!move || axis.starts.length === 0) return false
  const index = at === null ? axis.starts.length : (bucketAt(axis, at) ?? axis.starts.length)
  const next = Math.min(axis.starts.length - 1, Math.max(0, move(index)))
  point(Math.min((axis.starts[next] ?? 0) + axis.stepS / 2, axis.until))
  return true
}

/** A chart over time: the legend is the read-out, one crosshair runs over all charts of a page, drag selects a range. */
export function TimeChart(props: TimeChartProps) {
  const { title, note, label, axis, curves, shape = 'lines', scale = 'linear', write, summary, gaps = [], marks = [], band, height = 154, onSelect, onReset } = props
  const [asTable, setAsTable] = useState(false)
  const [byKeys, setByKeys] = useState(false)
  const { utc } = usePreferences()
  const now = useNow()
  const at = usePointed()
  const body = useId()
  const index = at === null ? null : bucketAt(axis, at)
  const start = index === null ? null : axis.starts[index]
  const blind = at === null ? undefined : gaps.find(({ since, until }) => since <= at && at <= (until ?? axis.until))
  const isEmpty = curves.every(({ values }) => known(values).length === 0)
  return (
    <section className="tc" aria-label={title}>
      <div className="tc-h">
        <h2>{title}</h2>
        {note && <span className="note">{note}</span>}
        <button type="button" className="btn ico gh" aria-pressed={asTable} aria-controls={body} aria-label={`${title} as a table`} title="As a table" onClick={() => setAsTable(!asTable)}>
          <Table2 className="i" aria-hidden="true" />
        </button>
      </div>
      <ReadOut curves={shape === 'stack' ? curves.toReversed() : curves} index={index} time={start == null ? null : bucketTime(start, axis.stepS, utc, now)} isOpen={start != null && start + axis.stepS > axis.until} blind={blind?.reason} write={write} summary={summary} isSpoken={byKeys} />
      <div id={body}>
        {asTable ? (
          <ChartTable axis={axis} curves={curves} gaps={gaps} marks={marks} write={write} title={title} />
        ) : (
          <div
            role="img"
            aria-label={label}
            className="tc-box"
            tabIndex={0}
            style={{ height }}
            onFocus={() => setByKeys(true)}
            onBlur={() => {
              setByKeys(false)
              point(null)
            }}
            onKeyDown={(event) => {
              if (byKey(event, axis, at)) event.preventDefault()
            }}
          >
            <Suspense>
              <Plot axis={axis} curves={curves} shape={shape} scale={scale} write={write} band={band} utc={utc} height={height} onSelect={onSelect} onReset={onReset}>
                <Overlay axis={axis} gaps={gaps} marks={marks} />
              </Plot>
            </Suspense>
            {isEmpty && <p className="tc-none dim sm">Nothing was measured in this time.</p>}
          </div>
        )}
      </div>
    </section>
  )
}
