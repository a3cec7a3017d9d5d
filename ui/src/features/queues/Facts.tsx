import type { ReactNode } from 'react'

import type { Broker, Queue } from '@/api/queues'
import { Line, Unknown } from '@/components/Text'
import { Age } from '@/components/Time'
import { bytes, whole } from '@/lib/count'
import { duration, elapsed } from '@/lib/duration'

import { policies } from './words'

interface FactProps {
  label: ReactNode
  children: ReactNode
  detail?: ReactNode
}

function Fact({ label, children, detail }: FactProps) {
  return (
    <div>
      <div className="k">{label}</div>
      <div className="v">{children}</div>
      <div className="d">{detail ?? '\u00a0'}</div>
    </div>
  )
}

const untold = (broker: Broker): string => broker.notes[0] ?? 'The broker does not tell it'

function Memory({ broker }: { broker: Broker }) {
  const { memory_bytes: used, memory_limit_bytes: limit, memory_peak_bytes: peak } = broker
  const detail = [limit === null ? (broker.policy === null ? null : 'no limit is set') : `of ${bytes(limit)}`, peak === null ? null : `peak ${bytes(peak)}`].filter(Boolean).join(', ')
  return (
    <Fact label="Memory" detail={detail}>
      {used === null ? <Unknown why={untold(broker)} /> : bytes(used)}
    </Fact>
  )
}

/** What is known of the broker in one strip; what cannot be known is left as a dash with its reason. */
export function BrokerStrip({ broker }: { broker: Broker }) {
  const { product, version, reached, latency_s: latency, connections, connections_limit: most, policy, unacked, delayed } = broker
  const isRedis = broker.source === 'Redis itself'
  return (
    <section className={reached ? 'brk mt16' : 'brk mt16 old'} aria-label="Broker">
      <Fact
        label={
          <>
            <Line text={[product ?? broker.transport, version].filter(Boolean).join(' ')} limit={40} />, {reached ? 'connected' : <b className="c-critical">out of reach</b>}
            {reached && latency !== null && `, ${duration(latency)}`}
          </>
        }
        detail={<Line text={[broker.role, ...broker.facts].filter(Boolean).join(', ') || `read by ${broker.source ?? 'nobody'}`} limit={120} />}
      >
        <code>
          <Line text={broker.url} limit={200} />
        </code>
      </Fact>
      <Fact label="Connections" detail={most === null ? undefined : `of ${whole(most)}`}>
        {connections === null ? <Unknown why={untold(broker)} /> : whole(connections)}
      </Fact>
      <Memory broker={broker} />
      {isRedis && (
        <Fact label="When full" detail={policy === 'noeviction' ? 'noeviction, as it should' : (policy ?? undefined)}>
          {policy === null ? <Unknown why="Redis did not tell its policy" /> : policy === 'noeviction' ? policies[policy] : <span className="c-critical">deletes keys</span>}
        </Fact>
      )}
      <Fact
        label="Unacknowledged"
        detail={
          broker.unacked_at !== null && unacked !== 0 ? (
            <>
              oldest <Age at={broker.unacked_at} />
            </>
          ) : undefined
        }
      >
        {unacked === null ? <Unknown why={untold(broker)} /> : whole(unacked)}
      </Fact>
      {isRedis ? (
        <Fact label="Visibility timeout" detail="then it is given out again">
          {broker.visibility_timeout_s === null ? <Unknown why="The transport has none" /> : elapsed(broker.visibility_timeout_s)}
        </Fact>
      ) : (
        <Fact label="Delayed" detail="by RabbitMQ, until due">
          {delayed === null ? <Unknown why={untold(broker)} /> : whole(delayed)}
        </Fact>
      )}
    </section>
  )
}

const number = (value: number | null, why: string | undefined): ReactNode => (value === null ? <Unknown why={why ?? 'It was not told'} /> : whole(value))

/** One queue in one strip. */
export function QueueStrip({ queue }: { queue: Queue }) {
  const { why, memory_bytes: memory } = queue
  return (
    <section className="brk six mt16" aria-label="Figures">
      <Fact label="Waiting" detail={queue.kind ? `${queue.kind} queue` : 'ready in the broker'}>
        {number(queue.ready, why.ready)}
      </Fact>
      <Fact label="Oldest" detail="since it was sent">
        {queue.oldest_at !== null ? <Age at={queue.oldest_at} /> : queue.ready === 0 ? <span className="dim">nothing waits</span> : <Unknown why={why.oldest ?? 'It was not told'} />}
      </Fact>
      <Fact label="Unacknowledged" detail="given to workers">
        {number(queue.unacked, why.unacked)}
      </Fact>
      <Fact label="Until ETA" detail="of those, held by workers">
        {number(queue.held, why.held)}
      </Fact>
      <Fact label="Delayed" detail="kept back by the broker">
        {number(queue.delayed, why.delayed)}
      </Fact>
      <Fact label="Memory" detail="in the broker">
        {memory === null ? <Unknown why={why.memory ?? 'It was not told'} /> : bytes(memory)}
      </Fact>
    </section>
  )
}
