import { Link } from '@tanstack/react-router'
import { useLayoutEffect, useRef, useState } from 'react'

import type { Row } from '@/api/monitor'
import { useIsPhone } from '@/components/measure'
import { Line } from '@/components/Text'
import { whole } from '@/lib/count'
import { exact, instant } from '@/lib/instant'
import { usePreferences } from '@/lib/preferences'
import { shortId } from '@/lib/text'

import { KindGlyph } from './Kinds'
import { kindOf } from './rates'

/** `18:00:21` and `.902`; the day is left out, since lines are of now. */
function clock(at: string, utc: boolean): { second: string; ms: string } {
  const text = instant(at, { utc, now: Date.parse(at), precision: 'ms' }).replace(/ UTC$/, '')
  const dot = text.lastIndexOf('.')
  return { second: text.slice(0, dot), ms: text.slice(dot) }
}

function Event({ row, utc }: { row: Exclude<Row, { text: string }>; utc: boolean }) {
  const kind = kindOf(row.kind)
  const { second, ms } = clock(row.at, utc)
  return (
    <>
      <time dateTime={row.at} title={exact(row.at, utc)}>
        [{second}
        <span className="no-m">{ms}</span>]
      </time>
      <KindGlyph kind={kind} />
      <span className="m">
        {row.task_id === null ? (
          <>
            Worker <Line text={row.worker} limit={160} />
          </>
        ) : (
          <>
            Task{' '}
            <Link className="n q" to="/tasks/$id" params={{ id: row.task_id }} tabIndex={-1}>
              <Line text={row.name ?? '(unknown)'} limit={200} />
            </Link>
            <span className="id">[{shortId(row.task_id)}]</span>
          </>
        )}{' '}
        <span className={`v-${kind}`}>{row.verb}</span>
        <span className="mid">
          <Line text={row.rest} limit={400} />
        </span>
      </span>
      <span className="w ell">
        <Line text={row.worker} limit={80} />
      </span>
    </>
  )
}

const tall = { desk: 24, phone: 58 } as const
/** Lines that are drawn above and below what is seen. */
const beyond = 20

interface LogProps {
  rows: readonly Row[]
  /** Nothing new comes, by the reader's wish; so many wait. */
  paused: boolean
  waiting: number
}

/** Lines, newest last. It follows them while it is scrolled to its end. */
export function Log({ rows, paused, waiting }: LogProps) {
  const box = useRef<HTMLDivElement>(null)
  const [follows, setFollows] = useState(true)
  const [view, setView] = useState({ top: 0, tall: 600 })
  const [seen, setSeen] = useState<number | undefined>(undefined)
  const phone = useIsPhone()
  const { utc } = usePreferences()
  const height = phone ? tall.phone : tall.desk
  const last = rows.at(-1)?.key
  useLayoutEffect(() => {
    const at = box.current
    if (!at) return
    if (follows) at.scrollTop = at.scrollHeight
    setView({ top: at.scrollTop, tall: at.clientHeight })
  }, [follows, last, rows.length, height])
  const onScroll = () => {
    const at = box.current
    if (!at) return
    const isEnd = at.scrollHeight - at.scrollTop - at.clientHeight < 40
    if (!isEnd && follows) setSeen(last)
    setFollows(isEnd)
    setView({ top: at.scrollTop, tall: at.clientHeight })
  }
  const first = Math.max(0, Math.floor(view.top / height) - beyond)
  const shown = rows.slice(first, Math.ceil((view.top + view.tall) / height) + beyond)
  const below = follows || seen === undefined ? 0 : rows.length - 1 - rows.findIndex(({ key }) => key === seen)
  return (
    <section className="panel" aria-label="Lines">
      <div className="log" ref={box} onScroll={onScroll} role="log" aria-live="off" aria-label="Events, newest last" tabIndex={0}>
        {rows.length === 0 && <p className="none">No line yet. They appear as workers say them; heartbeats are left out.</p>}
        <ol style={{ height: `${rows.length * height}px` }}>
          {shown.map((row, index) => {
            const place = { transform: `translateY(${(first + index) * height}px)`, height: `${height}px` }
            return 'text' in row ? (
              <li key={row.key} className="sep" style={place}>
                <Line text={row.text} />
              </li>
            ) : (
              <li key={row.key} className={row.kind === 'failed' ? 'bad' : undefined} style={place}>
                <Event row={row} utc={utc} />
              </li>
            )
          })}
        </ol>
      </div>
      <div className="foot">
        {paused ? (
          <b className="fw5">Paused, {whole(waiting)} new</b>
        ) : follows ? (
          <>
            <span className="live bare">
              <span className="dot" />
              Following
            </span>
            <span className="dim no-m">Scroll up to hold the view; new lines then wait below.</span>
          </>
        ) : (
          <button type="button" className="newb" onClick={() => setFollows(true)}>
            {below > 0 ? `${whole(below)} new below` : 'To the newest'}
          </button>
        )}
        <span className="sp" />
        <span className="dim no-m">the last 10,000 lines stay in this browser</span>
      </div>
    </section>
  )
}
