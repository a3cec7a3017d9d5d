import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { Beat, ScheduleEntry } from '@/api/schedules'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Age, Time, Until } from '@/components/Time'
import { plural } from '@/lib/count'
import { sentenceOf } from '@/lib/text'

import { look } from './words'

const sentences: Record<string, string> = {
  missed: 'did not run',
  not_picked_up: 'is sent, but nobody picks it up',
  too_long: 'runs too long',
  failed: 'fails',
  expired: 'expires before a worker is free',
  duplicate: 'is sent by more than one beat',
}

function Item({ entry, runNow }: { entry: ScheduleEntry; runNow: (entry: ScheduleEntry) => ReactNode }) {
  const { trouble } = look(entry.verdict)
  return (
    <div className="att">
      <Glyph kind={entry.error ? 'critical' : (trouble ?? 'warning')} />
      <h2 className="t">
        <Link className="q" to="/schedules/$id" params={{ id: entry.id }}>
          <Line text={entry.name} limit={100} />
        </Link>{' '}
        {entry.error ? 'has a wrong expression' : (sentences[entry.verdict] ?? entry.verdict)}
        {!entry.error && entry.verdict_since && (
          <span className="since">
            since <Time at={entry.verdict_since} />, {plural(entry.verdict_runs, 'run')}
          </span>
        )}
      </h2>
      <p className="e">
        {entry.error && <Line text={sentenceOf(`${entry.expression}: ${entry.error}`)} limit={300} />}
        {!entry.error && entry.last?.reason && <><Line text={sentenceOf(entry.last.reason)} limit={300} /> </>}
        {entry.next_due_at && <>Next <Time at={entry.next_due_at} />, <Until at={entry.next_due_at} />.</>}
      </p>
      <div className="a">
        {entry.verdict === 'not_picked_up' && entry.last?.task_id ? (
          <Link className="btn" to="/tasks/$id" params={{ id: entry.last.task_id }}>
            Open the task
          </Link>
        ) : (
          runNow(entry)
        )}
      </div>
    </div>
  )
}

/** What a person should look at: beat first, then the entries in trouble. One cause is said once. */
export function Attention({ beat, entries, total, runNow }: { beat: Beat; entries: readonly ScheduleEntry[]; total: number; runNow: (entry: ScheduleEntry) => ReactNode }) {
  if (beat.state !== 'silent' && !beat.at_once && entries.length === 0) return null
  const more = total - entries.length
  return (
    <section className="panel mt16" aria-label="Trouble">
      {beat.state === 'silent' && (
        <div className="att">
          <Glyph kind="critical" />
          <h2 className="t">
            Beat is not sending
            {beat.since && <span className="since">since <Time at={beat.since} />, <Age at={beat.since} /></span>}
          </h2>
          <p className="e">
            {sentenceOf(beat.text)} {beat.last_at && <>It last sent something at <Time at={beat.last_at} precision="second" />. </>}
            Look whether the beat process runs, and whether it reaches the broker; workers are not at fault.
          </p>
        </div>
      )}
      {beat.at_once && (
        <div className="att">
          <Glyph kind="warning" />
          <h2 className="t">More than one beat runs</h2>
          <p className="e">
            <Line text={beat.processes.map(({ client }) => client).join(' and ')} limit={200} /> send the same tasks, so each runs twice. Stop all but one.
          </p>
        </div>
      )}
      {entries.map((entry) => (
        <Item key={entry.id} entry={entry} runNow={runNow} />
      ))}
      {more > 0 && <p className="att dim">And {plural(more, 'more entry', 'more entries')}, in the table below.</p>}
    </section>
  )
}
