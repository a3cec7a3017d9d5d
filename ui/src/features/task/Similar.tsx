import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'

import { failure } from '@/api/failures'
import type { TaskDetail } from '@/api/types'
import { Age, Time } from '@/components/Time'
import { plural } from '@/lib/count'
import { thrown } from '@/lib/exception'
import { join, quote } from '@/lib/search-text'

/** How many others failed in the same way, and since when. */
export function Similar({ task }: { task: TaskDetail }) {
  const id = task.failure_group ?? ''
  const { data } = useQuery({ ...failure(id), enabled: id !== '' })
  if (!data || data.group.total < 2) return null
  const { total, first_at: first, last_at: last } = data.group
  const type = thrown(task.exception ?? '').type
  return (
    <div className="banner critical mt16 similar">
      <span>
        <b>{plural(total, 'run')} failed like this</b> since <Time at={first} />, the last one <Age at={last} /> ago.
      </span>
      <span className="row">
        {type && (
          <Link className="link" to="/tasks" search={{ search: join(['state:failure', `exception:${quote(type)}`]) }}>
            All with this exception
          </Link>
        )}
        <Link className="btn" to="/failures/$id" params={{ id }}>
          See the group
        </Link>
      </span>
    </div>
  )
}
