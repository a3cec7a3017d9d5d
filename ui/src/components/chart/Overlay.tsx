import { usePointed } from './cursor'
import type { ChartGap, ChartMark, TimeAxis } from './types'

const share = ({ since, until }: TimeAxis, at: number): number => ((at - since) / (until - since)) * 100
const within = (percent: number): number => Math.min(100, Math.max(0, percent))

/** The gaps that touch what is drawn, with their place in percent of the width. */
export function placed(axis: TimeAxis, gaps: readonly ChartGap[]): { gap: ChartGap; left: number; width: number }[] {
  return gaps
    .filter(({ since, until }) => since < axis.until && (until ?? axis.until) > axis.since)
    .map((gap) => {
      const left = within(share(axis, gap.since))
      return { gap, left, width: within(share(axis, gap.until ?? axis.until)) - left }
    })
}

interface OverlayProps {
  axis: TimeAxis
  gaps: readonly ChartGap[]
  marks: readonly ChartMark[]
}

/** What is not a value: stretches that nobody saw, what happened at an instant, and where the reader points. */
export function Overlay({ axis, gaps, marks }: OverlayProps) {
  const at = usePointed()
  return (
    <>
      {placed(axis, gaps).map(({ gap, left, width }) => (
        <div key={`${gap.since} ${gap.reason}`} className="tc-gap" style={{ left: `${left}%`, width: `max(3px, ${width}%)` }} title={gap.reason}>
          {width > 6 && <b>not seen</b>}
        </div>
      ))}
      {marks
        .filter((mark) => mark.at >= axis.since && mark.at <= axis.until)
        .map((mark) => (
          <div key={`${mark.at} ${mark.label}`} className={share(axis, mark.at) > 70 ? 'tc-mark left' : 'tc-mark'} style={{ left: `${share(axis, mark.at)}%` }} title={mark.detail}>
            <b>{mark.label}</b>
          </div>
        ))}
      {at !== null && at >= axis.since && at <= axis.until && <div className="tc-cross" style={{ left: `${share(axis, at)}%` }} />}
    </>
  )
}
