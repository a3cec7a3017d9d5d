import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'

import { whole } from '@/lib/count'
import { clockOf, dayOf } from '@/lib/instant'
import { usePreferences } from '@/lib/preferences'

import { share, span, total, type Bar, type Bars } from './histogram'

interface HistogramProps {
  bars: Bars
  /** What the columns are of, in words. */
  note: string
  since: number | null
  until: number | null
  onSelect: (since: string | null, until: string | null) => void
}

const layers = [
  { name: 'failed', look: 'f' },
  { name: 'retried', look: 'r' },
  { name: 'succeeded', look: 's' },
  { name: 'other', look: 'o' },
] as const
const day = 86_400

/** Failures are never too few to be seen. */
const least = 3

interface Layer {
  look: string
  height: number
  below: number
}

/** The layers of a column from its base, in percent of the highest. */
function layersOf(bar: Bar, most: number): Layer[] {
  const found: Layer[] = []
  for (const { name, look } of layers) {
    const value = bar[name] ?? 0
    const last = found.at(-1)
    if (value > 0) found.push({ look, height: Math.max(name === 'failed' ? least : 0.8, (value / most) * 100), below: last ? last.below + last.height : 0 })
  }
  return found
}

function Column({ bar, index, most }: { bar: Bar; index: number; most: number }) {
  if (total(bar) === null) return <rect className="unseen" x={index} y={0} width={1} height={100} />
  return layersOf(bar, most).map(({ look, height, below }) => <rect key={look} className={look} x={index + 0.08} y={100 - below - height} width={0.84} height={height} />)
}

function useTimes({ bars, stepS }: Bars): { text: (part: number) => string; at: (index: number) => string } {
  const { utc } = usePreferences()
  const first = bars[0]?.at ?? 0
  const long = bars.length * stepS
  const write = (seconds: number): string => {
    const date = new Date(seconds * 1000)
    if (stepS >= day) return dayOf(date, utc)
    return long > day ? `${dayOf(date, utc)} ${clockOf(date, utc)}` : clockOf(date, utc)
  }
  return { text: (part) => write(first + part * long), at: (index) => write(first + index * stepS) }
}

const place = (event: PointerEvent<HTMLElement>): number => {
  const { left, width } = event.currentTarget.getBoundingClientRect()
  return width > 0 ? Math.min(1, Math.max(0, (event.clientX - left) / width)) : 0
}

/** What matches along the time; a stretch is chosen by drawing over it, or with the arrows on its two ends. */
export function Histogram({ bars, note, since, until, onSelect }: HistogramProps) {
  const [drag, setDrag] = useState<[number, number] | null>(null)
  const [pointed, setPointed] = useState<number | null>(null)
  const begun = useRef<number | null>(null)
  const times = useTimes(bars)
  const count = bars.bars.length
  const chosen = share(bars, since, until)
  const brush = drag ?? chosen
  const most = Math.max(1, ...bars.bars.map((bar) => total(bar) ?? 0))
  const here = pointed === null ? undefined : bars.bars[pointed]

  const select = (from: number, to: number) => {
    const range = span(bars, from, to)
    if (range) onSelect(range.since, range.until)
  }
  const end = () => {
    if (drag && Math.abs(drag[1] - drag[0]) * count > 0.3) select(Math.min(...drag) + 0.5 / count / 2, Math.max(...drag) - 0.5 / count / 2)
    begun.current = null
    setDrag(null)
  }
  const move = (which: 0 | 1) => (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const ends: [number, number] = chosen ? [...chosen] : [0, 1]
    const column = Math.round(ends[which] * count) + by
    ends[which] = which === 0 ? Math.min(Math.max(0, column), Math.round(ends[1] * count) - 1) / count : Math.max(Math.min(count, column), Math.round(ends[0] * count) + 1) / count
    select(ends[0] + 0.001, ends[1] - 0.001)
  }
  const sum = bars.bars.reduce((all, bar) => all + (total(bar) ?? 0), 0)
  return (
    <div className="hist">
      <div
        className="hist-plot"
        role="group"
        aria-label={`Matching tasks along the time: ${whole(sum)} from ${times.text(0)} to ${times.text(1)}`}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType === 'touch') return
          event.currentTarget.setPointerCapture(event.pointerId)
          begun.current = place(event)
        }}
        onPointerMove={(event) => {
          setPointed(Math.min(count - 1, Math.floor(place(event) * count)))
          if (begun.current !== null) setDrag([begun.current, place(event)])
        }}
        onPointerUp={end}
        onPointerCancel={end}
        onPointerLeave={() => setPointed(null)}
        onDoubleClick={() => onSelect(null, null)}
      >
        <svg viewBox={`0 0 ${Math.max(1, count)} 100`} preserveAspectRatio="none" aria-hidden="true">
          {bars.bars.map((bar, index) => (
            <Column key={bar.at} bar={bar} index={index} most={most} />
          ))}
        </svg>
        {brush && <i className="brush" style={{ left: `${Math.min(...brush) * 100}%`, width: `${Math.abs(brush[1] - brush[0]) * 100}%` }} />}
        {count > 0 &&
          ([0, 1] as const).map((which) => (
            <span
              key={which}
              className={chosen ? 'handle on' : 'handle'}
              role="slider"
              tabIndex={0}
              aria-label={which === 0 ? 'From' : 'To'}
              aria-valuemin={0}
              aria-valuemax={count}
              aria-valuenow={Math.round((chosen?.[which] ?? which) * count)}
              aria-valuetext={times.text(chosen?.[which] ?? which)}
              style={{ left: `${(chosen?.[which] ?? which) * 100}%` }}
              onKeyDown={move(which)}
            />
          ))}
      </div>
      <div className="hist-axis" aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part} className={part === 0 ? 'a' : part === 1 ? 'z' : 'no-m'} style={{ left: `${part * 100}%` }}>
            {count > 0 && times.text(part)}
          </span>
        ))}
      </div>
      <p className="hist-note">
        {here && pointed !== null ? (
          total(here) === null ? (
            <>{times.at(pointed)}: nobody looked</>
          ) : (
            <>
              {times.at(pointed)}: <b>{whole(total(here) ?? 0)}</b>
              {layers.filter(({ name }) => (here[name] ?? 0) > 0).map(({ name }) => ` · ${whole(here[name] ?? 0)} ${name}`).join('')}
            </>
          )
        ) : (
          note
        )}
        {chosen && (
          <button type="button" className="link" onClick={() => onSelect(null, null)}>
            All of the time
          </button>
        )}
      </p>
    </div>
  )
}
