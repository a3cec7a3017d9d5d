import type { ReactNode } from 'react'

import type { Link } from '@/api/connection'
import type { Health } from '@/api/types'
import { Line, Unknown } from '@/components/Text'
import { Age, Duration } from '@/components/Time'
import { bytes, whole } from '@/lib/count'
import { sentenceOf } from '@/lib/text'

interface BehindProps {
  health: Health | undefined
  link: Link
  sampled: boolean
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
)

const links = { connecting: 'connecting', open: 'open', lost: 'lost' } as const

/** What is behind the badge: the line, the broker, the collector and the store. */
export function Behind({ health, link, sampled }: BehindProps) {
  if (!health) return <p className="info dim">Umbel has not answered yet; the line is {links[link.state]}.</p>
  const { broker, collector, store } = health
  const lost = collector.dropped + collector.malformed + collector.unknown
  return (
    <div className="info">
      <p className="mid">
        <Line text={sentenceOf(health.text)} limit={240} />
      </p>
      <dl className="facts mt4">
        <Fact name="Line to Umbel">{links[link.state]}</Fact>
        <Fact name="Broker">
          {broker.transport}, {broker.state}
        </Fact>
        <Fact name="Behind">{collector.lag_s == null ? <Unknown why="No event has come yet" /> : <Duration seconds={collector.lag_s} />}</Fact>
        <Fact name="Last event">{collector.last_event_at ? <><Age at={collector.last_event_at} /> ago</> : <Unknown why="No event has come yet" />}</Fact>
        <Fact name="Events">
          {whole(collector.events)}, {collector.events_per_s < 10 ? collector.events_per_s.toFixed(1) : whole(collector.events_per_s)}
          <span className="u">/s</span>
        </Fact>
        <Fact name="Not understood or dropped">{lost === 0 ? 'none' : <span className="c-warning">{whole(lost)}</span>}</Fact>
        <Fact name="Stored">
          {store.tasks == null ? <Unknown why="The store does not answer" /> : `${whole(store.tasks)} tasks`}
          {store.size_bytes == null ? '' : `, ${bytes(store.size_bytes)}`}
        </Fact>
      </dl>
      {sampled && <p className="dim sm mt4">More changed than a person can read: the list shows a part of it, counts are exact.</p>}
    </div>
  )
}
