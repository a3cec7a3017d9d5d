import { Line } from './Text'
import { Time } from './Time'

/** What of a gap is said: its kind, when (`until` is null while it lasts), and why. */
interface Missed {
  kind: string
  since: string
  until: string | null
  reason: string
}

/** `Umbel could not see events 13:02:10–13:02:40: no link to the broker`. What one worker lost says so itself. */
export function GapLine({ gap }: { gap: Missed }) {
  return (
    <span>
      {gap.kind === 'worker' ? 'Events are missing ' : 'Umbel could not see events '}
      {gap.until === null && 'since '}
      <Time at={gap.since} precision="second" />
      {gap.until !== null && (
        <>
          –<Time at={gap.until} precision="second" />
        </>
      )}
      : <Line text={gap.reason} limit={300} />
    </span>
  )
}
