import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { BellOff, Check, List, RotateCcw } from 'lucide-react'
import { useState } from 'react'

import type { Decision } from '@/api/failures'
import { me } from '@/api/queries'
import type { FailureDetail, FailureGroup } from '@/api/types'
import { TimeChart } from '@/components/chart/TimeChart'
import { Frames } from '@/components/Frames'
import { Block, Line } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { plural, whole } from '@/lib/count'
import { shortId } from '@/lib/text'
import { parseTraceback } from '@/lib/traceback'

import { DecideDialog } from './DecideDialog'
import { Shares } from './Shares'
import { groupTitle } from './words'

const hourS = 3_600

function When({ detail }: { detail: FailureDetail }) {
  const from = Date.parse(detail.hours_from) / 1000
  const starts = detail.by_hour.map((_, hour) => from + hour * hourS)
  const sum = detail.by_hour.reduce((a, b) => a + b, 0)
  return (
    <TimeChart
      title="When"
      note="by hour, the last 7 days"
      label={`${plural(sum, 'failure')} in the last 7 days, at most ${whole(Math.max(0, ...detail.by_hour))} in one hour`}
      shape="stack"
      axis={{ starts, stepS: hourS, since: from, until: from + detail.by_hour.length * hourS }}
      curves={[{ name: 'failed', look: 'failed', values: detail.by_hour }]}
      write={whole}
      summary={{ failed: whole(sum) }}
      height={96}
    />
  )
}

function Example({ detail: { traceback, sample, group } }: { detail: FailureDetail }) {
  const parsed = traceback ? parseTraceback(traceback) : null
  return (
    <>
      <h3 className="mt16">
        {sample ? (
          <>
            Example{' '}
            <Link className="link mono" to="/tasks/$id" params={{ id: sample }}>
              <Line text={shortId(sample)} />
            </Link>
          </>
        ) : (
          'The first one'
        )}
      </h3>
      {group.exception && (
        <p className="mono sm exc">
          <Line text={group.exception} limit={600} />
        </p>
      )}
      {parsed ? (
        <div className="tbx mt8">
          <Frames traceback={parsed} all={false} />
        </div>
      ) : traceback ? (
        <pre className="code mt8">
          <Block text={traceback.slice(0, 20_000)} />
        </pre>
      ) : (
        <p className="mid mt8">Its tasks came without a traceback: a time limit, a lost process, or a task that raised none.</p>
      )}
    </>
  )
}

function Newest({ detail: { tasks, group } }: { detail: FailureDetail }) {
  if (tasks.length === 0) return <p className="sm mid mt12">None of its tasks is stored any more; {plural(group.total, 'failure')} {group.total === 1 ? 'was' : 'were'} counted.</p>
  return (
    <p className="sm mid mt12">
      Newest:{' '}
      {tasks.slice(0, 5).map((task, at) => (
        <span key={task.id}>
          {at > 0 && ', '}
          <Link className="link mono" to="/tasks/$id" params={{ id: task.id }} title={task.id.slice(0, 300)}>
            <Line text={shortId(task.id)} />
          </Link>
        </span>
      ))}
    </p>
  )
}

function Actions({ group, onDecide }: { group: FailureGroup; onDecide: (decision: Decision) => void }) {
  const { data: reader } = useQuery(me)
  const may = reader?.role !== 'viewer'
  const why = may ? undefined : `This needs the role operator; you are ${reader.role}${reader.reason ? `, because ${reader.reason}` : ''}`
  const decided = group.trend === 'resolved' || group.trend === 'ignored'
  return (
    <div className="row w">
      {!decided && (
        <button type="button" className="btn" disabled={!may} title={why} onClick={() => onDecide('resolved')}>
          <Check className="i" aria-hidden="true" />
          Resolve…
        </button>
      )}
      {!decided && (
        <button type="button" className="btn" disabled={!may} title={why} onClick={() => onDecide('ignored')}>
          <BellOff className="i" aria-hidden="true" />
          Ignore…
        </button>
      )}
      {decided && (
        <button type="button" className="btn" disabled={!may} title={why} onClick={() => onDecide('open')}>
          <RotateCcw className="i" aria-hidden="true" />
          Reopen…
        </button>
      )}
      <Link className="btn" to="/tasks" search={{ search: `failure:${group.id}` }}>
        <List className="i" aria-hidden="true" />
        Its tasks
      </Link>
    </div>
  )
}

function Said({ group: { decision, decided_at: at, decided_by: by, note, trend } }: { group: FailureGroup }) {
  if (decision === 'open') return null
  return (
    <p className={trend === 'regressed' ? 'banner critical' : 'banner'}>
      <span>
        {decision === 'resolved' ? 'Resolved' : 'Ignored'}
        {by && (
          <>
            {' '}
            by <Line text={by} limit={80} />
          </>
        )}
        {at && (
          <>
            {' '}
            <Time at={at} />
          </>
        )}
        {note && (
          <>
            : <Line text={note} limit={1_000} />
          </>
        )}
        {trend === 'regressed' && <b>{' It has failed again since.'}</b>}
      </span>
    </p>
  )
}

/** One group: what it is, whose it is, when, an example, and what can be said of it. */
export function GroupPanel({ detail, headed }: { detail: FailureDetail; headed: boolean }) {
  const [asked, setAsked] = useState<Decision | null>(null)
  const { group } = detail
  return (
    <section className="panel group" aria-label={headed ? 'Selected group' : 'The group'}>
      <div className="grph">
        <div className="who">
          {headed ? (
            <h2>
              <Link className="q" to="/failures/$id" params={{ id: group.id }}>
                <Line text={groupTitle(group)} limit={240} />
              </Link>
            </h2>
          ) : (
            <h2 className="vh">The group</h2>
          )}
          <p className="mid sm">
            {group.place ? (
              <>
                at{' '}
                <code>
                  <Line text={group.place} limit={200} />
                </code>
                .{' '}
              </>
            ) : null}
            First seen <Time at={group.first_at} />, last <Age at={group.last_at} /> ago, {group.total === 1 ? 'once' : `${whole(group.total)} times`} in all.
          </p>
        </div>
        <Actions group={group} onDecide={setAsked} />
      </div>
      <div className="gs">
        <Said group={group} />
      </div>
      <div className="gb">
        <div>
          <Shares title="Tasks" key_="name" shares={detail.names} of={detail.looked_at} group={group.id} />
          <Shares title="Workers" key_="worker" shares={detail.workers} of={detail.looked_at} group={group.id} />
          <Newest detail={detail} />
        </div>
        <div>
          <When detail={detail} />
          <Example detail={detail} />
        </div>
      </div>
      {asked && <DecideDialog group={group} decision={asked} onClose={() => setAsked(null)} />}
    </section>
  )
}
