import { Link } from '@tanstack/react-router'

import type { Worker } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { plural } from '@/lib/count'
import { quote } from '@/lib/search-text'
import { sentenceOf } from '@/lib/text'

const most = 4

function Item({ worker }: { worker: Worker }) {
  const isGone = worker.state === 'offline'
  const heard = worker.last_heartbeat_at ?? worker.last_event_at
  return (
    <div className="att">
      <Glyph kind={isGone ? 'critical' : 'warning'} />
      <h2 className="t">
        <Line text={worker.name} limit={80} /> is {isGone ? 'offline' : 'silent'}
        {heard && (
          <span className="since">
            since <Time at={heard} />, <Age at={heard} />
          </span>
        )}
      </h2>
      <p className="e">
        <Line text={sentenceOf(worker.reason)} limit={400} />
        {(worker.running ?? 0) > 0 && ` It ran ${plural(worker.running ?? 0, 'task')} when it was last heard.`}
      </p>
      <div className="a">
        <Link className="btn" to="/tasks" search={{ search: `worker:${quote(worker.name)} state:started` }}>
          {(worker.running ?? 0) > 0 ? 'See what it ran' : 'Its running tasks'}
        </Link>
      </div>
    </div>
  )
}

/** The workers that are not as they should be, the worst first, each with its reason. */
export function Trouble({ items }: { items: readonly Worker[] }) {
  const bad = [...items.filter(({ state }) => state === 'offline'), ...items.filter(({ state }) => state === 'silent')]
  if (bad.length === 0) return null
  return (
    <section className="panel mt16" aria-label="Trouble">
      {bad.slice(0, most).map((worker) => (
        <Item key={worker.name} worker={worker} />
      ))}
      {bad.length > most && <p className="att dim">And {bad.length - most} more, in the table below.</p>}
    </section>
  )
}
