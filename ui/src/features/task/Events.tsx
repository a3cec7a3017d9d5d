import { Copy } from 'lucide-react'

import type { Gap, TaskDetail, TaskEvent } from '@/api/types'
import { GapLine } from '@/components/GapLine'
import { Glyph } from '@/components/Glyph'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { Time } from '@/components/Time'
import { copy } from '@/lib/toasts'

import { timeline } from './timeline'

function details({ fields }: TaskEvent): string {
  const all: [string, unknown][] = Object.entries(fields)
  return all
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ')
}

const isLearnt = (event: TaskEvent): boolean => event.type === 'umbel-learnt'

/** What was learnt says so; a judgement is Umbel's own, and its reason is all that there is to it. */
function shown(event: TaskEvent): { word: string; text: string } {
  if (!isLearnt(event)) return { word: event.type, text: details(event) }
  if (event.fields.state !== 'LOST') return { word: 'learnt, not seen', text: details(event) }
  return { word: 'judged lost', text: typeof event.fields.exception === 'string' ? event.fields.exception : '' }
}

function EventRow({ event }: { event: TaskEvent }) {
  const learnt = isLearnt(event)
  const { word, text } = shown(event)
  return (
    <tr>
      <td className="p2">
        <Time at={event.at} precision="ms" />
      </td>
      <td className={learnt ? 'p1 ell dim' : 'p1 ell'}>
        <Line text={word} limit={60} />
      </td>
      <td className="p3 ell" title={learnt ? undefined : `pid ${event.pid}, clock ${event.clock}`}>
        <Line text={event.worker || '—'} limit={120} />
      </td>
      <td className="p5 ell" title={text.slice(0, 1000)}>
        <code className="mid">
          <Line text={text} limit={300} />
        </code>
      </td>
    </tr>
  )
}

function GapRow({ gap }: { gap: Gap }) {
  return (
    <tr className="unseen">
      <td colSpan={4} className="p5">
        <span className="row-g">
          <Glyph kind="unknown" />
          <GapLine gap={gap} />
        </span>
      </td>
    </tr>
  )
}

/** Every event as its worker stamped it, and between them the times in which others may have been missed. */
export function Events({ task }: { task: TaskDetail }) {
  const { events, events_cut: cut } = task
  if (events.length === 0) return null
  const seen = events.filter((event) => !isLearnt(event)).length
  return (
    <Section
      title="Events"
      end={
        <button type="button" className="btn ico gh" aria-label="Copy the events as JSON" title="Copy as JSON" onClick={() => void copy(JSON.stringify(events, null, 2), 'the events as JSON')}>
          <Copy className="i" />
        </button>
      }
      note={cut ? `the newest ${seen}, older ones were cut` : seen === events.length && task.gaps.length === 0 ? `all ${seen}` : `${seen} seen`}>
      <div className="panel tw">
        <table className="mt fix events">
          <thead>
            <tr>
              <th className="w-stamp">Time</th>
              <th className="w-type">Event</th>
              <th className="w-from">From</th>
              <th>Fields</th>
            </tr>
          </thead>
          <tbody>
            {timeline(task).map(({ event, gap }, index) => (event ? <EventRow key={index} event={event} /> : <GapRow key={index} gap={gap} />))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
