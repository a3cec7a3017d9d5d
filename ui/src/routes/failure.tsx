import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { ApiError } from '@/api/client'
import { failure } from '@/api/failures'
import { ErrorNote } from '@/components/ErrorNote'
import { Glyph } from '@/components/Glyph'
import { Bones, Nil } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { Line } from '@/components/Text'
import { GroupPanel } from '@/features/failures/GroupPanel'
import { Trend } from '@/features/failures/Trend'
import { groupTitle } from '@/features/failures/words'
import { plural, whole } from '@/lib/count'

import '@/features/failures/failures.css'

const here = getRouteApi('/failures/$id')

export function FailureRoute() {
  const { id } = here.useParams()
  const { data, error, refetch } = useQuery(failure(id))
  const title = data ? groupTitle(data.group) : 'A group of failures'
  usePageTitle(title)
  if (error instanceof ApiError && error.status === 404)
    return (
      <div className="panel">
        <Nil icon={<Glyph kind="unknown" />} title="There is no such group of failures" actions={<Link className="btn" to="/failures">Failures</Link>}>
          It may have been forgotten: a group goes when none of its tasks and none of its hours is kept any more.
        </Nil>
      </div>
    )
  if (error && !data) return <ErrorNote title="The group did not come" detail={`${error.message}. Nothing is lost.`} onRetry={() => void refetch()} />
  if (!data) return <div className="panel"><Bones widths={[70, 50, 60]} /></div>
  const urgent = data.group.trend === 'surging' || data.group.trend === 'regressed'
  return (
    <>
      <Answer glyph={urgent ? 'critical' : data.group.trend === 'new' ? 'warning' : null} title={<span className="clamp"><Line text={title} limit={240} /></span>}>
        {plural(data.group.counts[0] ?? 0, 'failure')} in the last hour, {whole(data.group.counts[2] ?? 0)} in 24 hours: <Trend group={data.group} />.
      </Answer>
      <GroupPanel detail={data} headed={false} />
    </>
  )
}
