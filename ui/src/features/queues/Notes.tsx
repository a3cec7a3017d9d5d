import type { Broker, BrokerDetail } from '@/api/queues'
import { GapLine } from '@/components/GapLine'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Time } from '@/components/Time'

import { told } from './words'

/** What is wrong with the broker, and what of it cannot be seen. */
export function BrokerNotes({ broker }: { broker: Broker }) {
  if (broker.reached && broker.alarms.length === 0 && broker.notes.length === 0) return null
  return (
    <div className="alone mt12">
      {!broker.reached && (
        <div className="banner critical">
          <Glyph kind="critical" />
          <span>
            <b>The broker does not answer.</b> <Line text={told(broker.error)} limit={400} />.{' '}
            <span className="mid">
              {broker.read_at === null ? 'It was never read.' : <>All figures are of <Time at={broker.read_at} precision="second" />.</>} See that it runs and that its address is right; Umbel tries again by itself.
            </span>
          </span>
        </div>
      )}
      {broker.alarms.map((text) => (
        <div key={text} className="banner warning">
          <Glyph kind="warning" />
          <span>
            <Line text={`${text}.`} limit={400} />
          </span>
        </div>
      ))}
      {broker.notes.map((text) => (
        <p key={text} className="sm mid">
          <Line text={`${text}.`} limit={400} />
        </p>
      ))}
    </div>
  )
}

/** When the broker was out of reach, the newest first. */
export function Reachability({ detail: { gaps, gaps_cut: cut } }: { detail: BrokerDetail }) {
  if (gaps.length === 0) return <p className="panel panel-b mid">Umbel has noted no time without a link to it in the last week.</p>
  return (
    <ul className="panel panel-b gaps">
      {gaps.toReversed().map((gap) => (
        <li key={`${gap.kind} ${gap.since}`}>
          <GapLine gap={gap} />
        </li>
      ))}
      {cut && <li className="dim">Older ones are not listed.</li>}
    </ul>
  )
}
