import { Ban, OctagonX } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import type { Me } from '@/api/types'
import { hasEnded, isRunning } from '@/lib/states'

import { ActButton } from './ActButton'
import { taskAction, type TaskActionName } from './actions'

import './actions.css'

const CommandDialog = lazy(async () => ({ default: (await import('./CommandDialog')).CommandDialog }))

interface TaskActionsProps {
  task: { id: string; state: string }
  me: Me | undefined
}

/** Revoke what has not begun, end or abort what runs. What has ended needs none of it. */
export function TaskActions({ task, me }: TaskActionsProps) {
  const [open, setOpen] = useState<TaskActionName | null>(null)
  const runs = isRunning(task.state) || !(hasEnded(task.state) || ['PENDING', 'RECEIVED', 'RETRY'].includes(task.state))
  if (hasEnded(task.state) && open === null) return null
  return (
    <>
      {!hasEnded(task.state) && (
        <ActButton me={me} onPress={() => setOpen('revoke')}>
          <Ban className="i" />
          Revoke…
        </ActButton>
      )}
      {runs && (
        <>
          <ActButton me={me} onPress={() => setOpen('abort')}>
            Abort…
          </ActButton>
          <ActButton me={me} onPress={() => setOpen('terminate')}>
            <OctagonX className="i" />
            Terminate…
          </ActButton>
        </>
      )}
      <Suspense>{open && <CommandDialog action={taskAction(open, [task.id])} onClose={() => setOpen(null)} />}</Suspense>
    </>
  )
}
