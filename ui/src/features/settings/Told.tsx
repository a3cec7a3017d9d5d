import type { Settings } from '@/api/settings'
import type { Health, Me } from '@/api/types'
import { Line } from '@/components/Text'
import { Age } from '@/components/Time'
import { bytes, whole } from '@/lib/count'
import { stateLook } from '@/lib/states'

import { criticalAt, keptFor, metricNames, warnsAt } from './words'

/** How long history is kept. */
export function Kept({ retention }: { retention: Settings['retention'] }) {
  const states = Object.entries(retention.tasks_s_by_state)
  return (
    <dl className="facts panel-b">
      <dt>Tasks</dt>
      <dd>{keptFor(retention.tasks_s)}</dd>
      {states.map(([state, seconds]) => (
        <div key={state} className="sub">
          <dt>in state {stateLook(state).word}</dt>
          <dd>{keptFor(seconds)}</dd>
        </div>
      ))}
      <dt>Tasks at most</dt>
      <dd>{retention.max_tasks === null ? 'any number' : whole(retention.max_tasks)}</dd>
      <dt>Size at most</dt>
      <dd>{retention.max_bytes === null ? 'any size' : bytes(retention.max_bytes)}</dd>
      <dt>Figures by minute</dt>
      <dd>{keptFor(retention.minutes_s)}</dd>
      <dt>Figures by hour</dt>
      <dd>{keptFor(retention.hours_s)}</dd>
      <dt>Figures by day</dt>
      <dd>{keptFor(retention.days_s)}</dd>
      <dt>Raw events</dt>
      <dd>{keptFor(retention.journal_s)}</dd>
    </dl>
  )
}

/** From which values on figures are a warning and critical. */
export function Judged({ thresholds }: { thresholds: Settings['thresholds'] }) {
  return (
    <div className="tw">
      <table className="mt">
        <thead>
          <tr>
            <th>Figure</th>
            <th>Warning</th>
            <th>Critical</th>
            <th className="no-m">Set</th>
          </tr>
        </thead>
        <tbody>
          {thresholds.map((one) => (
            <tr key={`${one.metric} ${one.subject ?? ''}`}>
              <td className="p1">
                {metricNames[one.metric] ?? one.metric}
                {one.subject !== null && (
                  <>
                    {' '}
                    <span className="mid">
                      of <Line text={one.subject} limit={120} />
                    </span>
                  </>
                )}
              </td>
              <td className="p3">
                <span className="only-m">warning </span>
                {warnsAt(one)}
              </td>
              <td className="p2">{criticalAt(one)}</td>
              <td className="no-m dim">{one.is_default ? 'default' : 'by --threshold'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const means: Record<Me['role'], string> = { viewer: 'may look', operator: 'may look and act', admin: 'may look, act and change settings' }
const ways: Record<string, string> = { none: 'without a sign-in', basic: 'by name and password' }

/** Who reads this, and what this is. */
export function About({ reader, self, readOnly }: { reader: Me | undefined; self: Health | undefined; readOnly: boolean }) {
  return (
    <dl className="facts panel-b">
      <dt>You are</dt>
      <dd>
        <Line text={reader?.user ?? 'not signed in'} limit={80} />
      </dd>
      {reader && (
        <>
          <dt>Role</dt>
          <dd>
            {reader.role}: {means[reader.role]}
          </dd>
          <dt>You came</dt>
          <dd>{ways[reader.auth] ?? reader.auth}</dd>
          {reader.reason && (
            <>
              <dt>Why this role</dt>
              <dd>
                <Line text={reader.reason} limit={200} />
              </dd>
            </>
          )}
        </>
      )}
      {self && (
        <>
          <dt>Cluster</dt>
          <dd>
            <Line text={self.title ?? self.cluster} limit={80} />
          </dd>
          <dt>Umbel</dt>
          <dd>
            {self.version}, up <Age at={self.started_at} />
          </dd>
        </>
      )}
      <dt>Changes</dt>
      <dd>{readOnly ? 'nobody may act: this server is read-only' : 'operators may act'}</dd>
    </dl>
  )
}
