import type { FailureGroup } from '@/api/types'
import { Line } from '@/components/Text'
import { Time } from '@/components/Time'

import { againstUsual } from './words'

function By({ group }: { group: FailureGroup }) {
  return (
    <>
      {group.decided_by && (
        <>
          {' '}
          by <Line text={group.decided_by} limit={40} />
        </>
      )}
    </>
  )
}

/** How a group does against its usual rate, and what somebody said of it. */
export function Trend({ group }: { group: FailureGroup }) {
  if (group.trend === 'regressed')
    return (
      <>
        resolved{group.decided_at && <> <Time at={group.decided_at} /></>}, <span className="c-critical fw5">back</span>
      </>
    )
  if (group.trend === 'surging')
    return (
      <>
        <span className="c-critical fw5">Surging</span>, {againstUsual(group)}
      </>
    )
  if (group.trend === 'new')
    return (
      <>
        <span className="c-warning fw5">New</span> since <Time at={group.first_at} />
      </>
    )
  if (group.trend === 'resolved' || group.trend === 'ignored')
    return (
      <span className="mid">
        {group.trend}
        <By group={group} />
        {group.decided_at && <> <Time at={group.decided_at} /></>}
      </span>
    )
  if (group.trend === 'quiet')
    return (
      <span className="mid">
        last <Time at={group.last_at} />
      </span>
    )
  return <>{againstUsual(group) ?? 'seen before'}</>
}
