import type { SelfReport } from '@/api/types'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { Time } from '@/components/Time'
import { plural, whole } from '@/lib/count'
import { harmless } from '@/lib/text'

const most = 20

const counts = (by: Record<string, number>): [string, number][] => Object.entries(by).sort(([, a], [, b]) => b - a)

function Counts({ title, by }: { title: string; by: Record<string, number> }) {
  const rows = counts(by)
  if (rows.length === 0) return null
  return (
    <div>
      <h3 className="sm dim">{title}</h3>
      <ul className="cts">
        {rows.slice(0, most).map(([name, number]) => (
          <li key={name}>
            <span className="ell">
              <Line text={name} limit={80} />
            </span>
            <b>{whole(number)}</b>
          </li>
        ))}
        {rows.length > most && <li className="dim">and {plural(rows.length - most, 'other kind')}</li>}
      </ul>
    </div>
  )
}

/** What came and is not stored: why, how often, and a few of them. */
export function Refused({ report: { ingest } }: { report: SelfReport }) {
  const { malformed_by_reason: malformed, unknown_by_type: unknown, dropped_by_type: dropped, samples } = ingest
  const nothing = [malformed, unknown, dropped].every((by) => Object.keys(by).length === 0)
  return (
    <Section title="Not stored" note="since it started; passwords are taken out of the samples">
      <div className="panel panel-b">
        {nothing ? (
          <p className="mid">Every message that came was understood, of use, and stored.</p>
        ) : (
          <div className="refused">
            <Counts title="Malformed, by reason" by={malformed} />
            <Counts title="Dropped from a full buffer, by type" by={dropped} />
            <Counts title="Of no use, by type" by={unknown} />
          </div>
        )}
        {samples.length > 0 && (
          <details className="mt12">
            <summary>{plural(samples.length, 'sample')}, the newest of each kind</summary>
            <ul className="samples">
              {samples.toReversed().map(({ at, reason, excerpt }, index) => (
                <li key={index}>
                  <span className="dim sm">
                    {at && <Time at={at} precision="second" />} <Line text={reason} limit={120} />
                  </span>
                  <pre className="code" tabIndex={0}>
                    <bdi>{harmless(excerpt)}</bdi>
                  </pre>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Section>
  )
}
