import { Fragment } from 'react'

import { useNow } from '@/lib/clock'
import { ageParts, durationParts, elapsedParts, type Part } from '@/lib/duration'
import { exact, instant, type Precision } from '@/lib/instant'
import { usePreferences } from '@/lib/preferences'

function Parts({ parts }: { parts: Part[] }) {
  return (
    <span className="nw">
      {parts.map(({ value, unit }, index) => (
        <Fragment key={unit}>
          {index > 0 && ' '}
          {value}
          <span className="u">{'\u200a'}{unit}</span>
        </Fragment>
      ))}
    </span>
  )
}

/** How long something took: `2.1 s`. */
export const Duration = ({ seconds }: { seconds: number }) => <Parts parts={durationParts(seconds)} />

/** An instant in the reader's zone; the exact one on hover. */
export function Time({ at, precision = 'minute' }: { at: string; precision?: Precision }) {
  const { utc } = usePreferences()
  const now = useNow()
  return (
    <time dateTime={at} title={exact(at, utc)} className="nw">
      {instant(at, { utc, now, precision })}
    </time>
  )
}

/** How long ago: `42 s`, `14 min`; counts on. */
export function Age({ at }: { at: string }) {
  const { utc } = usePreferences()
  const now = useNow()
  return (
    <time dateTime={at} title={exact(at, utc)}>
      <Parts parts={ageParts((now - Date.parse(at)) / 1000)} />
    </time>
  )
}

/** The time since `from`, counting on in whole seconds. */
export function Elapsed({ from }: { from: string }) {
  const now = useNow()
  return <Parts parts={elapsedParts((now - Date.parse(from)) / 1000)} />
}

/** The time until `at`, counting down: `in 12 s`; `now` when it has come. */
export function Until({ at }: { at: string }) {
  const now = useNow()
  const left = (Date.parse(at) - now) / 1000
  return left < 1 ? <span className="nw">now</span> : <span className="nw">in <Parts parts={ageParts(left)} /></span>
}
