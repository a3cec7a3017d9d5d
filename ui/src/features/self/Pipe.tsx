import type { ReactNode } from 'react'

import type { SelfReport } from '@/api/types'
import { Line, Unknown } from '@/components/Text'
import { Duration } from '@/components/Time'
import { plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'

interface StageProps {
  name: string
  value: ReactNode
  detail: ReactNode
  /** What left the way here, and did not get to the next stage. */
  lost?: { count: number; text: string; none: string }
  fill?: { share: number; text: string }
}

function Stage({ name, value, detail, lost, fill }: StageProps) {
  return (
    <li className="pp">
      <h2 className="k">{name}</h2>
      <div className="v">{value}</div>
      <div className="d">{detail}</div>
      {lost && <div className={lost.count > 0 ? 'd c-warning fw5' : 'd'}>{lost.count > 0 ? lost.text : lost.none}</div>}
      {fill && (
        <div className="q">
          <span className={fill.share > 0.5 ? 'meter warning' : 'meter'} aria-hidden="true">
            <i style={{ width: `${Math.min(100, fill.share * 100)}%` }} />
          </span>
          {fill.text}
        </div>
      )}
    </li>
  )
}

const perSecond = (rate: number) => (
  <>
    {rate < 10 ? rate.toFixed(1) : whole(rate)}
    <span className="u">/s</span>
  </>
)

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0)

/** The way of an event: what each stage does now, and what fell out of it since the start. */
export function Pipe({ report }: { report: SelfReport }) {
  const { account, broker, collector, ingest, live, store } = report
  const { totals } = account
  const unknown = sum(ingest.unknown_by_type)
  const isConnected = broker.state === 'connected'
  return (
    <ol className="pipe mt16" aria-label="The way of an event">
      <Stage
        name="Receive"
        value={perSecond(collector.events_per_s)}
        detail={
          <>
            <Line text={broker.transport} limit={30} />
            {broker.receiver === 'kombu' ? ' by kombu' : ', directly'}, {isConnected ? 'connected' : <b className="c-warning">{broker.state}</b>}
          </>
        }
        lost={{ count: broker.reconnects, text: `reconnected ${plural(broker.reconnects, 'time')}`, none: isConnected ? 'never disconnected' : 'not connected now' }}
      />
      <Stage name="Decode" value={whole(totals.events)} detail={`understood, ${unknown === 0 ? 'none' : whole(unknown)} of no use`} lost={{ count: totals.malformed, text: `${whole(totals.malformed)} malformed`, none: 'none malformed' }} />
      <Stage
        name="Buffer"
        value={<>{whole(collector.buffered)}<span className="u">waiting</span></>}
        detail={`room for ${whole(collector.buffer_limit)}`}
        lost={{ count: totals.dropped, text: `${whole(totals.dropped)} dropped`, none: 'none dropped' }}
        fill={{ share: collector.buffer_limit > 0 ? collector.buffered / collector.buffer_limit : 0, text: `${collector.buffer_limit > 0 ? Math.round((100 * collector.buffered) / collector.buffer_limit) : 0} %` }}
      />
      <Stage
        name="Commit"
        value={account.commit_s == null ? <Unknown why="Nothing was stored in the last minute" /> : <Duration seconds={account.commit_s} />}
        detail={account.commit_p99_s == null ? 'no transaction of late' : `p99 ${duration(account.commit_p99_s)}, ${account.committed_per_s < 10 ? account.committed_per_s.toFixed(1) : whole(account.committed_per_s)} events/s`}
        lost={{ count: store.state === 'ok' ? 0 : 1, text: 'the store fails', none: `${whole(totals.committed)} stored${totals.committed > totals.events ? ', results heard among them' : ''}` }}
      />
      <Stage
        name="Live"
        value={<>{whole(live.readers)}<span className="u">{live.readers === 1 ? 'viewer' : 'viewers'}</span></>}
        detail={`queue ${whole(live.longest_queue)} of ${whole(live.queue_limit)}`}
        lost={{ count: live.told_to_reload, text: `${whole(live.told_to_reload)} told to reload`, none: 'none told to reload' }}
      />
    </ol>
  )
}
