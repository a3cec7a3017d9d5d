import { Link } from '@tanstack/react-router'

import type { Workers } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { plural, whole } from '@/lib/count'
import { quote } from '@/lib/search-text'
import { oneLine, sentenceOf } from '@/lib/text'

import { expectedWords } from './answer'

type Worker = Workers['items'][number]
type Expected = Workers['expected'][number]

const most = 4

function Item({ worker }: { worker: Worker }) {
  const isGone = worker.state === 'offline'
  const heard = worker.offline_since ?? worker.last_heartbeat_at ?? worker.last_event_at
  const running = worker.running ?? 0
  return (
    <div className="att">
      <Glyph kind={isGone ? 'critical' : 'warning'} />
      <h2 className="t">
        <Link className="q" to="/workers/$name" params={{ name: worker.name }}>
          <Line text={worker.name} limit={80} />
        </Link>{' '}
        is {isGone ? 'offline' : 'silent'}
        {heard && (
          <span className="since">
            since <Time at={heard} />, <Age at={heard} />
          </span>
        )}
      </h2>
      <p className="e">
        <Line text={sentenceOf(worker.reason)} limit={400} />
        {running > 0 && ` It ran ${plural(running, 'task')} when it was last heard${isGone ? ', and no end of them was reported' : ''}.`}
      </p>
      <div className="a">
        <Link className="btn" to="/tasks" search={{ search: `worker:${quote(worker.name)} state:started` }}>
          {running > 0 ? (isGone ? `See the ${whole(running)} it ran` : 'See what it runs') : 'Its running tasks'}
        </Link>
      </div>
    </div>
  )
}

function Missing({ expected }: { expected: Expected }) {
  const { missing, never_seen: unseen, online, wanted } = expected
  return (
    <div className="att">
      <Glyph kind="critical" />
      <h2 className="t">
        {whole(online)} of {whole(wanted)} expected {expected.by === 'name' ? <>workers like <Line text={expected.what} limit={80} /></> : expectedWords(expected)} {online === 1 ? 'is' : 'are'} online
      </h2>
      <p className="e">
        {missing.length > 0 && `Gone: ${missing.slice(0, 6).map((name) => oneLine(name, 60)).join(', ')}${missing.length > 6 ? ` and ${missing.length - 6} more` : ''}. `}
        {unseen > 0 && `${plural(unseen, 'worker')} of these ${unseen === 1 ? 'was' : 'were'} never seen since history is kept.`}
      </p>
    </div>
  )
}

/** The workers that are not as they should be, the worst first, each with its reason; and those that are missing. */
export function Trouble({ items, expected }: { items: readonly Worker[]; expected: readonly Expected[] }) {
  const shown = items.filter(({ hidden }) => !hidden)
  const bad = [...shown.filter(({ state }) => state === 'offline'), ...shown.filter(({ state }) => state === 'silent')]
  const lacking = expected.filter(({ online, wanted }) => online < wanted)
  if (bad.length === 0 && lacking.length === 0) return null
  return (
    <section className="panel mt16" aria-label="Trouble">
      {lacking.slice(0, most).map((one) => (
        <Missing key={`${one.by} ${one.what}`} expected={one} />
      ))}
      {bad.slice(0, most).map((worker) => (
        <Item key={worker.name} worker={worker} />
      ))}
      {bad.length > most && <p className="att dim">And {bad.length - most} more, in the table below.</p>}
    </section>
  )
}
