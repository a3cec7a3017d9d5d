import { Link } from '@tanstack/react-router'

import type { TaskType } from '@/api/attention'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { percent, plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'

const bound = (figure: string, value: number | null): string => (value === null ? 'off' : figure === 'success' ? percent(value) : duration(value))

/** From which values on it is a warning and critical, and where that is set. */
export function Limits({ type }: { type: TaskType }) {
  const own = type.limits.some((limit) => limit.own)
  const last = type.row.name.split('.').at(-1) ?? type.row.name
  return (
    <section className="panel" aria-label="Limits">
      <div className="sec-h">
        <h2>Limits</h2>
        <span className="note">{own ? 'of its own' : 'as for all'}</span>
      </div>
      <div className="panel-b">
        <table>
          <thead>
            <tr>
              <th>Figure</th>
              <th className="num">warn</th>
              <th className="num">critical</th>
            </tr>
          </thead>
          <tbody>
            {type.limits.map(({ figure, warning, critical }) => {
              const level = figure === 'success' ? type.row.success : type.row.avg
              return (
                <tr key={figure}>
                  <td>
                    {figure === 'success' ? 'Success rate' : 'Average run time'} {(level === 'warning' || level === 'critical') && <Glyph kind={level} />}
                  </td>
                  <td className="num">{bound(figure, warning)}</td>
                  <td className="num">{bound(figure, critical)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
        <p className="dim sm mt8">
          Set with <code>--threshold <Line text={`${last}.avg=10:20`} limit={60} /></code>
        </p>
      </div>
    </section>
  )
}

export function Facts({ type }: { type: TaskType }) {
  const { registered_on: on, max_retries: retries, row } = type
  return (
    <section className="panel mt16" aria-label="Facts">
      <div className="sec-h">
        <h2>Facts</h2>
      </div>
      <dl className="facts panel-b">
        <dt>Name</dt>
        <dd title={row.name}><Line text={row.name} limit={300} /></dd>
        <dt>Registered on</dt>
        <dd>
          {on === null ? 'no worker was asked yet' : on.length === 1 ? <Link className="q" to="/workers"><Line text={on[0] ?? ''} limit={80} /></Link> : <span title={on.join(', ')}>{plural(on.length, 'worker')}</span>}
        </dd>
        <dt>Retries</dt>
        <dd>{retries === null ? 'not told' : `up to ${whole(retries)}`}</dd>
        <dt>Waiting</dt>
        <dd>{whole(row.waiting)}</dd>
        <dt>Stored</dt>
        <dd>{plural(row.stored, 'task')}</dd>
      </dl>
    </section>
  )
}
