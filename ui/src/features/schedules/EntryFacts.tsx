import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { ScheduleEntry } from '@/api/schedules'
import { Line } from '@/components/Text'
import { Age, Duration, Time } from '@/components/Time'
import { whole } from '@/lib/count'
import { quote } from '@/lib/search-text'

import { sourceWord } from './words'

/** What is known of an entry beside its runs. */
export function EntryFacts({ entry, upcoming }: { entry: ScheduleEntry; upcoming: readonly string[] }) {
  const facts: [string, ReactNode][] = [
    ['Task', <Link key="task" className="q" to="/tasks" search={{ search: `name:${quote(entry.task)}` }}><Line text={entry.task} limit={80} /></Link>],
    ['Rule', <><Line text={entry.rule} limit={100} /></>],
    ['Expression', <code key="code"><Line text={entry.expression} limit={100} /></code>],
  ]
  if (entry.args && entry.args !== '[]') facts.push(['Arguments', <code key="args" title={entry.args}><Line text={entry.args} limit={100} /></code>])
  if (entry.kwargs && entry.kwargs !== '{}') facts.push(['Keywords', <code key="kwargs" title={entry.kwargs}><Line text={entry.kwargs} limit={100} /></code>])
  if (entry.queue) facts.push(['Queue', <Line key="queue" text={entry.queue} limit={60} />])
  if (entry.expires_s !== null) facts.push(['Expires after', <Duration key="expires" seconds={entry.expires_s} />])
  if (entry.expires_at) facts.push(['Expires', <Time key="expires" at={entry.expires_at} />])
  if (entry.starts_at) facts.push(['Starts', <Time key="starts" at={entry.starts_at} />])
  if (entry.one_off) facts.push(['Runs', 'once'])
  if (entry.max_runs !== null) facts.push(['Runs at most', whole(entry.max_runs)])
  if (entry.total_runs !== null) facts.push(['Runs so far', whole(entry.total_runs)])
  if (entry.last_run_at) facts.push(['Beat says it ran', <Time key="ran" at={entry.last_run_at} precision="second" />])
  if (entry.average_s !== null) facts.push(['Takes on average', <Duration key="average" seconds={entry.average_s} />])
  for (const source of entry.sources)
    facts.push([facts.some(([name]) => name === 'Kept by') ? '' : 'Kept by', <span key={source.kind} title={source.place}>{sourceWord(source.kind)}</span>], ['Read', source.read_at ? <span key="read"><Age at={source.read_at} /> ago</span> : 'not yet'])
  facts.push(['Known since', <Time key="known" at={entry.first_seen_at} />])
  if (entry.changed_at) facts.push(['Changed', <Time key="changed" at={entry.changed_at} />])
  if (entry.archived_at) facts.push(['Gone since', <Time key="gone" at={entry.archived_at} />])
  upcoming.slice(0, 5).forEach((at, index) => facts.push([index === 0 ? 'Next' : '', <Time key={at} at={at} precision="second" />]))
  return (
    <dl className="facts">
      {facts.map(([name, value], index) => (
        <div className="fact" key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
