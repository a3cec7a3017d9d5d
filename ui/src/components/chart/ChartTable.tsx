import { useNow } from '@/lib/clock'
import { usePreferences } from '@/lib/preferences'

import { bucketTime } from './ticks'
import type { ChartGap, ChartMark, Curve, TimeAxis } from './types'

interface ChartTableProps {
  title: string
  axis: TimeAxis
  curves: readonly Curve[]
  gaps: readonly ChartGap[]
  marks: readonly ChartMark[]
  write: (value: number) => string
}

/** A chart in words: what it shows for those who do not see it, the newest first. */
export function ChartTable({ title, axis, curves, gaps, marks, write }: ChartTableProps) {
  const { utc } = usePreferences()
  const now = useNow()
  const time = (at: number): string => bucketTime(at, 60, utc, now)
  const order = axis.starts.map((_, index) => index).reverse()
  return (
    <div className="tc-table panel" tabIndex={0} role="region" aria-label={`${title} as a table`}>
      {(gaps.length > 0 || marks.length > 0) && (
        <ul className="sm">
          {gaps.map(({ since, until, reason }) => (
            <li key={`${since} ${reason}`}>
              {time(since)} to {until === null ? 'now' : time(until)}: not seen, {reason}
            </li>
          ))}
          {marks.map(({ at, label, detail }) => (
            <li key={`${at} ${label}`}>
              {time(at)}: {label}, {detail}
            </li>
          ))}
        </ul>
      )}
      <table>
        <thead>
          <tr>
            <th>Time</th>
            {curves.map(({ name }) => (
              <th key={name} className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((index) => (
            <tr key={axis.starts[index]}>
              <td>{bucketTime(axis.starts[index] ?? 0, axis.stepS, utc, now)}</td>
              {curves.map(({ name, values }) => (
                <td key={name} className="num">
                  {values[index] == null ? '—' : write(values[index])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
