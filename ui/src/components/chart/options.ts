import type uPlot from 'uplot'

import { steps } from './paths'
import { atTheirRate, axisTop, known, logBounds, linearTicks, logTicks, stacked } from './scale'
import type { Ink } from './theme'
import { timeTick } from './ticks'
import type { ChartBand, Curve, Look, TimeAxis } from './types'

export interface Picture {
  axis: TimeAxis
  curves: readonly Curve[]
  shape: 'stack' | 'lines'
  scale: 'linear' | 'log'
  write: (value: number) => string
  band: ChartBand | undefined
  utc: boolean
}

/** What is left of the plot for the numbers of the axis, and under it for the times. */
export const axisWidth = 46
export const axisHeight = 22

interface Paint {
  stroke: string
  width: number
  fill?: string
  dash?: number[]
}

const paints: Record<Look, Paint> = {
  succeeded: { stroke: 'success-fill', width: 1.25, fill: 'success-soft' },
  retried: { stroke: 'retry', width: 0.75, fill: 'retry-soft' },
  failed: { stroke: 'failure-fill', width: 0, fill: 'failure-fill' },
  revoked: { stroke: 'revoked-fill', width: 1, fill: 'revoked-soft' },
  rejected: { stroke: 'rejected-fill', width: 1, fill: 'rejected-soft' },
  ink: { stroke: 'ink-2', width: 1.5 },
  accent: { stroke: 'accent', width: 2 },
  dashed: { stroke: 'accent', width: 1, dash: [3, 3] },
  second: { stroke: 'running-fill', width: 1.5 },
  third: { stroke: 'warning-fill', width: 1.5 },
  fourth: { stroke: 'lost-fill', width: 1.5, dash: [6, 2] },
  fifth: { stroke: 'rejected-fill', width: 1.5, dash: [2, 2] },
}

/** The columns that are drawn, the topmost layer of a stack first, so that the others are painted over it. */
export function columns({ axis, curves, shape }: Picture): uPlot.AlignedData {
  const drawn = shape === 'stack' ? stacked(curves.map((curve) => ({ ...curve, values: atTheirRate(axis, curve.values) }))).reverse() : curves.map(({ values }) => [...values])
  return [[...axis.starts], ...drawn]
}

export function bounds(picture: Picture): [number, number] {
  const values = columns(picture).slice(1).flatMap((column) => known(column as (number | null)[])) // our own columns, no typed arrays
  if (picture.scale === 'log') return logBounds(picture.band ? [...values, picture.band.warning] : values)
  return [0, axisTop(Math.max(0, ...values))]
}

function series(picture: Picture, ink: Ink): uPlot.Series[] {
  const { curves, shape } = picture
  const ordered = shape === 'stack' ? curves.toReversed() : curves
  return ordered.map((curve) => {
    const { stroke, width, fill, dash } = paints[curve.look]
    return {
      stroke: ink(stroke),
      width,
      ...(fill ? { fill: ink(fill) } : {}),
      ...(dash ? { dash } : {}),
      points: { show: false },
      paths: steps({ axis: picture.axis, isShown: (index) => shape === 'lines' || (curve.values[index] ?? 0) > 0, leastHeight: curve.look === 'failed' ? 2 * devicePixelRatio : 0 }),
    }
  })
}

/** Tints what is between a warning and what is critical. */
function tint({ warning, critical }: ChartBand, ink: Ink): (u: uPlot) => void {
  return (u) => {
    const [top, bottom] = [Math.max(u.bbox.top, u.valToPos(critical, 'y', true)), Math.min(u.bbox.top + u.bbox.height, u.valToPos(warning, 'y', true))]
    if (bottom <= top) return
    u.ctx.fillStyle = ink('warning-tint')
    u.ctx.fillRect(u.bbox.left, top, u.bbox.width, bottom - top)
  }
}

/** Half of the widest time under an axis, in pixels: nearer to the right end it would be cut. */
const halfLabel = 18
const isCut = (u: uPlot, second: number): boolean => u.valToPos(second, 'x') > u.bbox.width / devicePixelRatio - halfLabel

/** Everything of a plot but its size and its data. */
export function options(picture: Picture, ink: Ink, onSelect: (since: number, until: number) => void, onPoint: (at: number | null) => void): Omit<uPlot.Options, 'width' | 'height'> {
  const { axis, scale, write, utc } = picture
  const [low, high] = bounds(picture)
  const text = { stroke: ink('ink-3'), font: `11px ${ink('font-ui')}`, ticks: { show: false } }
  const grid = { stroke: ink('line'), width: 1 }
  const ticks = scale === 'log' ? logTicks(low, high) : linearTicks(high, write)
  return {
    padding: [6, 1, 0, 0],
    legend: { show: false },
    cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => null } },
    scales: {
      x: { time: true, range: () => [axis.since, axis.until] },
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- 3 is logarithmic; the enum is in the types alone
      y: { distr: scale === 'log' ? 3 : 1, range: () => [low, high] },
    },
    axes: [
      { ...text, size: axisHeight, gap: 4, space: 52, grid: { show: false }, values: (u, at, __, ___, apart) => at.map((second) => (isCut(u, second) ? '' : timeTick(second, apart, utc))) },
      { ...text, size: axisWidth, gap: 6, grid, splits: () => ticks, values: (_, at) => at.map((value) => write(value).replace(/\.0(?=\s|$)/, '')), filter: (_, at) => at },
    ],
    series: [{}, ...series(picture, ink)],
    hooks: {
      drawClear: picture.band ? [tint(picture.band, ink)] : [],
      setCursor: [(u) => onPoint((u.cursor.left ?? -1) < 0 ? null : u.posToVal(u.cursor.left ?? 0, 'x'))],
      setSelect: [
        (u) => {
          const { left, width } = u.select
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          if (width > 4) onSelect(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'))
        },
      ],
    },
  }
}
