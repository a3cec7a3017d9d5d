import { useQuery } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'

import { callOf } from '@/api/schedules'
import type { Me } from '@/api/types'
import { Dialog } from '@/components/Dialog'
import { Line } from '@/components/Text'
import { sentenceOf } from '@/lib/text'

import { ActButton } from './ActButton'
import type { Action } from './actions'

import './actions.css'

const CommandDialog = lazy(async () => ({ default: (await import('./CommandDialog')).CommandDialog }))

/** Sends the task of an entry now, beside its schedule. */
export function RunEntry({ id, name, me, className }: { id: string; name: string; me: Me | undefined; className?: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <ActButton me={me} className={className} onPress={() => setOpen(true)}>
        <Play className="i" aria-hidden="true" />
        Run now…
      </ActButton>
      {isOpen && <Ask id={id} name={name} onClose={() => setOpen(false)} />}
    </>
  )
}

function Ask({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { data: call, error } = useQuery(callOf(id))
  const action = useMemo<Action | null>(
    () =>
      call && !call.refused
        ? { label: 'Run now…', title: `Run ${name} now`, button: () => 'Run it now', fields: [], build: () => ({ command: 'send_task', name: call.name, args: call.args, kwargs: call.kwargs, queue: call.queue }) }
        : null,
    [call, name],
  )
  const why = call?.refused ?? error?.message
  if (action) return <Suspense><CommandDialog action={action} onClose={onClose} /></Suspense>
  if (!why) return null
  return (
    <Dialog title={`${name} cannot be run from here`} onClose={onClose}>
      <p><Line text={sentenceOf(why)} limit={400} /></p>
      <div className="dlg-f">
        <button type="button" className="btn pri" onClick={onClose}>Close</button>
      </div>
    </Dialog>
  )
}
