import { useNavigate } from '@tanstack/react-router'
import { Inbox } from 'lucide-react'

import type { Coverage, Overview } from '@/api/types'
import { Nil } from '@/components/Nil'
import { Time } from '@/components/Time'
import { plural } from '@/lib/count'

interface EmptyListProps {
  search: string
  overview: Overview | undefined
  coverage: Coverage | undefined
}

export function EmptyList({ search, overview, coverage }: EmptyListProps) {
  const navigate = useNavigate({ from: '/tasks' })
  const searched = overview ? (coverage?.complete === false ? `Not all of the ${plural(overview.tasks, 'task')} were looked at.` : `Searched all ${plural(overview.tasks, 'task')}.`) : null
  return (
    <Nil
      icon={<Inbox className="i" />}
      title={search ? 'No task matches this search' : 'No task is stored'}
      actions={
        search && (
          <button type="button" className="btn" onClick={() => void navigate({ to: '/tasks', search: (old) => ({ ...old, search: undefined }) })}>
            Show all tasks
          </button>
        )
      }
    >
      {searched}{' '}
      {overview?.last_event_at && (
        <>
          The last event came at <Time at={overview.last_event_at} precision="second" />. A task that matches will appear here by itself.
        </>
      )}
    </Nil>
  )
}
