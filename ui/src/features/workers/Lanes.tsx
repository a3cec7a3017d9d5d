import { Link } from '@tanstack/react-router'

import type { TaskPage } from '@/api/types'
import { Section } from '@/components/Page'
import { useNow } from '@/lib/clock'
import { plural } from '@/lib/count'
import { clockOf } from '@/lib/instant'
import { usePreferences } from '@/lib/preferences'
import { oneLine, splitName } from '@/lib/text'

import { lanes } from './lanes'

const spanMs = 5 * 60_000
const most = 16
const wide = 0.05

const legend = [
  ['s-succ', 'Succeeded'],
  ['s-run', 'Running'],
  ['s-retry', 'Retried'],
  ['s-fail', 'Failed'],
  ['s-lost', 'Lost'],
] as const

/** What a worker ran in the last five minutes, a lane for each that ran at a time. */
export function Lanes({ page, slots, busy, heard }: { page: TaskPage; slots: number | null; busy: number | null; heard: string | null }) {
  const now = useNow()
  const { utc } = usePreferences()
  const since = now - spanMs
  const all = lanes(page.items, since, now, Math.min(slots ?? 1, most), heard === null ? undefined : Date.parse(heard))
  const shown = all.slice(0, most)
  const runs = all.reduce((sum, lane) => sum + lane.length, 0)
  const note = `last 5 minutes${busy !== null && slots !== null ? `, ${busy} of ${slots} busy now` : ''}${page.next ? '; the newest of many runs' : ''}`
  return (
    <Section
      title="What its slots did"
      note={note}
      end={
        <span className="legend no-m">
          {legend.map(([kind, word]) => (
            <span key={kind}>
              <i className={kind} />
              {word}
            </span>
          ))}
        </span>
      }
    >
      <div className="wk-lanes" role="group" aria-label={`${plural(runs, 'run')} in the last five minutes`}>
        {shown.map((lane, index) => (
          <div key={index} style={{ display: 'contents' }}>
            <span className="n" aria-hidden="true">
              {index + 1}
            </span>
            <div className="lane">
              {lane.map(({ id, name, from, width, look, state }) => (
                <Link key={id + state} to="/tasks/$id" params={{ id }} className={look} style={{ left: `${from * 100}%`, width: `${width * 100}%` }} title={`${oneLine(name, 120)}, ${state.toLowerCase()}`} aria-label={`${oneLine(name, 120)}, ${state.toLowerCase()}`}>
                  {width > wide ? oneLine(splitName(name).last, 24) : ''}
                </Link>
              ))}
            </div>
          </div>
        ))}
      </div>
      <div className="wk-axis" aria-hidden="true">
        {[0, 1, 2, 3, 4, 5].map((minute) => (
          <span key={minute} className={minute % 5 === 0 ? undefined : 'no-m'}>
            {clockOf(new Date(since + minute * 60_000), utc)}
          </span>
        ))}
      </div>
      {all.length > most && <p className="dim sm">{plural(all.length - most, 'more lane')} did not fit.</p>}
    </Section>
  )
}
