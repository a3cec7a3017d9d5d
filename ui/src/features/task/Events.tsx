import type { TaskDetail, TaskEvent } from '@/api/types'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { Time } from '@/components/Time'

function details({ fields }: TaskEvent): string {
  const all: [string, unknown][] = Object.entries(fields)
  return all
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ')
}

/** Every event as its worker stamped it. */
export function Events({ task }: { task: TaskDetail }) {
  const { events, events_cut: cut } = task
  if (events.length === 0) return null
  return (
    <Section title="Events" note={cut ? `the newest ${events.length}, older ones were cut` : `all ${events.length}`}>
      <div className="panel tw">
        <table className="mt fix events">
          <thead>
            <tr>
              <th className="w-stamp">Time</th>
              <th className="w-type">Event</th>
              <th className="w-from">From</th>
              <th>Fields</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event, index) => (
              <tr key={index}>
                <td className="p2">
                  <Time at={event.at} precision="ms" />
                </td>
                <td className="p1 ell">
                  <Line text={event.type} limit={60} />
                </td>
                <td className="p3 ell" title={`pid ${event.pid}, clock ${event.clock}`}>
                  <Line text={event.worker} limit={120} />
                </td>
                <td className="p5 ell" title={details(event).slice(0, 1000)}>
                  <code className="mid">
                    <Line text={details(event)} limit={300} />
                  </code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
