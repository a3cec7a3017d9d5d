import { Ban } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import type { Me } from '@/api/types'

import { ActButton } from './ActButton'
import { taskAction } from './actions'

import './actions.css'

const CommandDialog = lazy(async () => ({ default: (await import('./CommandDialog')).CommandDialog }))

/** Celery takes so many ids in one message without a worker being held up. */
const most = 1_000

/** Revoke tasks that were ticked. Those that have ended meanwhile are passed over by the workers. */
export function BulkActions({ ids, me }: { ids: readonly string[]; me: Me | undefined }) {
  const [chosen, setChosen] = useState<string[] | null>(null)
  return (
    <>
      <ActButton me={me} onPress={() => setChosen(ids.slice(0, most))}>
        <Ban className="i" />
        {ids.length > most ? `Revoke the first ${most.toLocaleString('en')}…` : 'Revoke…'}
      </ActButton>
      <Suspense>{chosen && <CommandDialog action={taskAction('revoke', chosen)} onClose={() => setChosen(null)} />}</Suspense>
    </>
  )
}
