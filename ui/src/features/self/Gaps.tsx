import type { Gap, Gaps as All, Health } from '@/api/types'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { Age, Duration, Time } from '@/components/Time'
import { plural } from '@/lib/count'
import { oneLine } from '@/lib/text'

const most = 12

const kinds: Record<Gap['kind'], string> = { link: 'no link to the broker', stopped: 'Umbel did not run', dropped: 'the buffer was full', worker: 'events of one worker' }

/** The reason of a worker's gap names the worker and the number itself. */
function Item({ gap: { kind, since, until, reason, events } }: { gap: Gap }) {
  return (
    <li>
      <span className="fw5">
        <Time at={since} precision="second" />
      </span>
      <span className="nw">{until ? <Duration seconds={(Date.parse(until) - Date.parse(since)) / 1000} /> : <b className="c-critical"><Age at={since} />, still</b>}</span>
      <span className="nw">{kinds[kind]}</span>
      <span className="mid ell">
        <Line text={reason} limit={300} />
        {events != null && kind !== 'worker' && `, ${plural(events, 'event')}`}
      </span>
    </li>
  )
}

/** What became of the tasks whose events were missed. */
function repaired({ repaired: done, waiting, lost, backend }: Health['repair']): string {
  if (done + waiting + lost === 0) return backend === null ? '' : `; the result backend cannot be read (${oneLine(backend, 80)})`
  const parts = [...(done > 0 ? [`${plural(done, 'task')} repaired`] : []), ...(waiting > 0 ? [`${plural(waiting, 'task')} uncertain`] : []), ...(lost > 0 ? [`${plural(lost, 'task')} given up as lost`] : [])]
  return `; since Umbel started: ${parts.join(', ')}`
}

const dayMs = 86_400_000

interface GapsProps {
  gaps: All | undefined
  /** When this Umbel started (RFC 3339): of the time before it nothing is claimed. */
  startedAt: string
  now: string
  repair: Health['repair'] | undefined
  error: Error | null
  onRetry: () => void
}

/** When events may have been missed, over restarts too; the newest first. */
export function Gaps({ gaps, startedAt, now, repair, error, onRetry }: GapsProps) {
  if (error && !gaps) return <ErrorNote title="The gaps did not come" detail={error.message} onRetry={onRetry} />
  const more = (gaps?.items.length ?? 0) - most
  return (
    <Section title="Gaps" note={`when events may have been missed, in the last 24 hours${repair ? repaired(repair) : ''}`}>
      <div className="panel panel-b">
        {!gaps && <Bones widths={[64, 48]} />}
        {gaps?.items.length === 0 && (
          <p className="mid">
            None{Date.parse(now) - Date.parse(startedAt) < dayMs && <> since Umbel started at <Time at={startedAt} precision="second" /></>}: it ran and was connected all the time, and dropped nothing.
          </p>
        )}
        {gaps && gaps.items.length > 0 && (
          <ul className="gaps">
            {gaps.items
              .toReversed()
              .slice(0, most)
              .map((gap) => (
                <Item key={`${gap.kind} ${gap.since} ${gap.worker ?? ''}`} gap={gap} />
              ))}
            {more > 0 && <li className="dim">and {plural(more, 'older one')}{gaps.cut ? ' or more' : ''}</li>}
          </ul>
        )}
      </div>
    </Section>
  )
}
