import { Eraser } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import type { Me } from '@/api/types'

import { ActButton } from './ActButton'
import { purgeAction } from './actions'

import './actions.css'

const CommandDialog = lazy(async () => ({ default: (await import('./CommandDialog')).CommandDialog }))

/** Delete what waits in a queue. */
export function QueueActions({ queue, me }: { queue: string; me: Me | undefined }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <ActButton me={me} onPress={() => setOpen(true)}>
        <Eraser className="i" />
        Purge…
      </ActButton>
      <Suspense>{isOpen && <CommandDialog action={purgeAction(queue)} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}
