import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { slowNow } from '@/api/monitor'
import { Sparkline } from '@/components/chart/Sparkline'
import { TaskName } from '@/components/Text'
import { Elapsed } from '@/components/Time'
import { useNow } from '@/lib/clock'

import { KindGlyph } from './Kinds'
import { rateText, type Kind, type Rates } from './rates'

const shown: readonly Kind[] = ['succeeded', 'failed', 'retried', 'started', 'received', 'sent']
const slowS = 10

function Slow({ paused }: { paused: boolean }) {
  const { data } = useQuery({ ...slowNow, ...(paused ? { refetchInterval: false as const } : {}) }) // not widened to boolean
  const now = useNow()
  const slow = (data ?? []).filter(({ started_at: at }) => at !== null && (now - Date.parse(at)) / 1000 > slowS)
  return (
    <>
      <div className="sec-h mt24">
        <h2>Slow now</h2>
        <span className="note">over {slowS} s</span>
      </div>
      {slow.length === 0 ? (
        <p className="sm mid">{data ? 'No running task is that old.' : '\u00a0'}</p>
      ) : (
        <ul className="slow">
          {slow.map((task) => (
            <li key={task.id}>
              <Link className="q ell" to="/tasks/$id" params={{ id: task.id }}>
                <TaskName name={task.name} />
              </Link>
              <span className="fw5 nw">{task.started_at && <Elapsed from={task.started_at} />}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** How much of each kind comes, and what runs long. */
export function Side({ rates, paused }: { rates: Rates; paused: boolean }) {
  return (
    <aside aria-label="Rates">
      <div className="sec-h">
        <h2>Rates</h2>
        <span className="note">last minute</span>
      </div>
      <ul className="rates">
        {shown.map((kind) => (
          <li key={kind}>
            <span className="st plain">
              <KindGlyph kind={kind} />
              {kind}
            </span>
            <Sparkline values={rates.history[kind]} width={64} kind={kind === 'failed' && rates.inMinute.failed > 0 ? 'critical' : 'plain'} />
            <span className="num">
              {rateText(rates.perSecond[kind])}
              <span className="u">/s</span>
            </span>
          </li>
        ))}
      </ul>
      <Slow paused={paused} />
    </aside>
  )
}
