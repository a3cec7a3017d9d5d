import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { decide, failure, type Decision } from '@/api/failures'
import type { FailureGroup } from '@/api/types'
import { Dialog } from '@/components/Dialog'
import { Line } from '@/components/Text'
import { toast } from '@/lib/toasts'

import { groupTitle } from './words'

const words = {
  resolved: { title: 'Resolve this group', effect: 'It leaves the open groups. When it fails again, it is open and says that it is back.', button: 'Resolve the group', done: 'Resolved' },
  ignored: { title: 'Ignore this group', effect: 'It leaves the open groups and stays away, however often it fails. It is still counted.', button: 'Ignore the group', done: 'Ignored' },
  open: { title: 'Reopen this group', effect: 'It is among the open groups again. What was said of it is taken back.', button: 'Reopen the group', done: 'Reopened' },
} as const

/** Asks for what an operator has to say of a group; what the server kept is shown then. */
export function DecideDialog({ group, decision, onClose }: { group: FailureGroup; decision: Decision; onClose: () => void }) {
  const [note, setNote] = useState('')
  const client = useQueryClient()
  const { title, effect, button, done } = words[decision]
  const asked = useMutation({
    mutationFn: () => decide(group.id, decision, note.trim() === '' ? null : note.trim()),
    onSuccess: (kept) => {
      client.setQueryData(failure(group.id).queryKey, kept)
      void client.invalidateQueries({ queryKey: ['failures'] })
      toast(`${done}: ${groupTitle(kept.group)}`)
      onClose()
    },
  })
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          asked.mutate()
        }}
      >
        <p className="ink">
          <Line text={groupTitle(group)} limit={240} />
        </p>
        <p className="mt8">{effect} No task is changed.</p>
        <label className="field mt12">
          <span>Why, for the others</span>
          <input type="text" value={note} maxLength={1_000} autoComplete="off" placeholder="Fixed in 2.14.1" data-focus-first onChange={(event) => setNote(event.target.value)} />
        </label>
        {asked.error && (
          <p className="c-failure mt8" role="alert">
            {asked.error.message}. Nothing was changed.
          </p>
        )}
        <div className="dlg-f">
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="btn pri" disabled={asked.isPending}>
            {button}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
