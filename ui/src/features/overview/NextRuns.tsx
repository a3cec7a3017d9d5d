import { Link } from '@tanstack/react-router'

import type { Schedules } from '@/api/attention'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { Time, Until } from '@/components/Time'
import { plural } from '@/lib/count'

/** What runs next, as part of the answer. */
export const Next = ({ entry, at }: { entry: string; at: string }) => (
  <>
    Next:{' '}
    <Link className="q ink fw5" to="/schedules">
      <Line text={entry} limit={60} />
    </Link>{' '}
    at <Time at={at} />, <Until at={at} />.
  </>
)

/** The entries of schedules that are due next. */
export const NextRuns = ({ schedules }: { schedules: Schedules }) => (
  <Section
    title="Next runs"
    note={schedules.summary.beat.text}
    end={
      <Link className="link sm" to="/schedules">
        All {plural(schedules.summary.counts.active, 'entry', 'entries')}
      </Link>
    }
  >
    <div className="panel tw">
      <table className="mt fix">
        <thead>
          <tr>
            <th>Entry</th>
            <th>When</th>
            <th className="num w-when">In</th>
            <th className="num w-when">Next</th>
          </tr>
        </thead>
        <tbody>
          {schedules.items.map(({ id, name, rule, next_due_at: at }) => (
            <tr key={id}>
              <td className="p1 ell">
                <Link className="q" to="/schedules/$id" params={{ id }}>
                  <Line text={name} limit={120} />
                </Link>
              </td>
              <td className="p3 ell mid">
                <Line text={rule} limit={120} />
              </td>
              <td className="num p4 w-when">{at ? <Until at={at} /> : '—'}</td>
              <td className="num p2 w-when">{at ? <Time at={at} /> : '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Section>
)
