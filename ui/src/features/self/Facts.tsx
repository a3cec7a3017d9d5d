import type { ReactNode } from 'react'

import type { SelfReport } from '@/api/types'
import { Section } from '@/components/Page'
import { Line, Unknown } from '@/components/Text'
import { Age, Duration, Time } from '@/components/Time'
import { bytes, percent, plural, whole } from '@/lib/count'

type Fact = readonly [name: string, value: ReactNode]

const Facts = ({ of }: { of: readonly Fact[] }) => (
  <dl className="facts panel fp">
    {of.map(([name, value]) => [<dt key={`${name} name`}>{name}</dt>, <dd key={name}>{value}</dd>])}
  </dl>
)

const unanswered = 'The store does not answer'

const size = (value: number | null, why: string) => (value == null ? <Unknown why={why} /> : bytes(value))

/** Counts whose minute, hour or day was deleted already. */
const tooOld = ({ minute, hour, day }: Record<string, number>) =>
  minute == null ? <Unknown why={unanswered} /> : `${plural(minute, 'count')} by minute, ${whole(hour ?? 0)} by hour, ${whole(day ?? 0)} by day`

export function StoreFacts({ report: { store, ingest, free_bytes: free } }: { report: SelfReport }) {
  return (
    <Section title="Store" note={<Line text={store.url} limit={120} />}>
      <Facts
        of={[
          ['State', store.state === 'ok' ? 'answers' : <b className="c-critical" key="state">fails</b>],
          ['Tasks', store.tasks == null ? <Unknown key="tasks" why={unanswered} /> : whole(store.tasks)],
          ['Size', size(store.size_bytes, store.state === 'ok' ? 'The store does not tell' : unanswered)],
          ['Free on its disk', size(free, 'The system does not tell')],
          ['Transactions', whole(ingest.commits)],
          ['Last one', ingest.last_commit_at ? <span key="last"><Age at={ingest.last_commit_at} /> ago</span> : <Unknown key="last" why="Nothing was stored yet" />],
          ['Deleted by retention', plural(ingest.pruned_tasks, 'task')],
          ['Too old for figures', tooOld(store.counts_too_old)],
          ['Last error', ingest.last_error ? <Line key="error" text={ingest.last_error} limit={200} /> : 'none'],
        ]}
      />
    </Section>
  )
}

export function ProcessFacts({ report: { process, started_at: startedAt, version, broker } }: { report: SelfReport }) {
  return (
    <Section title="Process" note={<>Umbel {version} on Python {process.python}</>}>
      <Facts
        of={[
          ['Runs since', <span key="since"><Time at={startedAt} />, <Age at={startedAt} /></span>],
          ['CPU', process.cpu_share == null ? <Unknown key="cpu" why="It is measured over two seconds" /> : `${percent(process.cpu_share)} of a core`],
          ['CPU time', <Duration key="time" seconds={process.cpu_s} />],
          ['Memory', size(process.rss_bytes, 'This system does not tell')],
          ['Memory, at most', size(process.peak_rss_bytes, 'This system does not tell')],
          ['Threads', whole(process.threads)],
          ['Process id', process.pid],
          ['Receiver', <span key="receiver" title={broker.receiver_note?.slice(0, 300)}>{broker.receiver}{broker.durable_queue && <>, queue <Line text={broker.durable_queue} limit={60} /></>}</span>],
          ['Broker', <span key="broker"><Line text={broker.url} limit={120} /></span>],
        ]}
      />
    </Section>
  )
}
