import { known } from './scale'
import type { Curve } from './types'

interface ReadOutProps {
  curves: readonly Curve[]
  /** The bucket that is pointed at. */
  index: number | null
  time: string | null
  /** Whether that bucket is not over. */
  isOpen: boolean
  /** Why nobody looked where is pointed. */
  blind: string | undefined
  write: (value: number) => string
  summary: Readonly<Record<string, string>> | undefined
  /** Read out loud, since it is moved by keys. */
  isSpoken: boolean
}

/** The legend, which is the read-out: what is pointed at, else the newest values. */
export function ReadOut({ curves, index, time, isOpen, blind, write, summary, isSpoken }: ReadOutProps) {
  return (
    <div className="legend tc-read" aria-live={isSpoken ? 'polite' : 'off'}>
      {time !== null && (
        <span className="dim">
          {time}
          {isOpen && ' so far'}
        </span>
      )}
      {blind !== undefined && index !== null ? (
        <span className="dim" title={blind}>
          not seen: {blind}
        </span>
      ) : (
        curves.map(({ name, look, values }) => {
          const value = index === null ? (known(values).at(-1) ?? null) : (values[index] ?? null)
          return (
            <span key={name}>
              <i className={`lk ${look}`} aria-hidden="true" />
              {name} <b>{index === null && summary ? (summary[name] ?? '—') : value === null ? '—' : write(value)}</b>
            </span>
          )
        })
      )}
    </div>
  )
}
