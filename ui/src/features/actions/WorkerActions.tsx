import { SlidersHorizontal } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import type { Me } from '@/api/types'
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/Menu'

import { workerAction, type WorkerActionName } from './actions'
import { whyNot } from './words'

import './actions.css'

const CommandDialog = lazy(async () => ({ default: (await import('./CommandDialog')).CommandDialog }))

const groups: readonly (readonly WorkerActionName[])[] = [
  ['pool_grow', 'pool_shrink', 'autoscale', 'pool_restart'],
  ['add_consumer', 'cancel_consumer'],
  ['rate_limit', 'time_limit'],
  ['enable_events', 'disable_events'],
  ['shutdown'],
]

interface WorkerActionsProps {
  workers: string[]
  queues?: readonly string[]
  me: Me | undefined
  compact?: boolean
}

/** Everything that can be done to one worker or to several. */
export function WorkerActions({ workers, queues = [], me, compact = false }: WorkerActionsProps) {
  const [open, setOpen] = useState<WorkerActionName | null>(null)
  const why = whyNot(me)
  const label = workers.length === 1 ? `Act on ${workers[0] ?? ''}` : `Act on ${workers.length} workers`
  return (
    <>
      <Menu
        label={label}
        trigger={
          <button type="button" className={compact ? 'btn ico gh' : 'btn'} aria-label={compact ? label : undefined} title={compact ? label : undefined}>
            <SlidersHorizontal className="i" />
            {!compact && 'Act…'}
          </button>
        }
      >
        {why && <MenuLabel>{why}</MenuLabel>}
        {groups.map((names, index) => (
          <div key={names[0]} role="none">
            {index > 0 && <MenuLine />}
            {names.map((name) => (
              <MenuItem key={name} disabled={why !== null} onSelect={() => setOpen(name)}>
                {workerAction(name, workers, queues).label}
              </MenuItem>
            ))}
          </div>
        ))}
      </Menu>
      <Suspense>{open && <CommandDialog key={open} action={workerAction(open, workers, queues)} onClose={() => setOpen(null)} />}</Suspense>
    </>
  )
}
