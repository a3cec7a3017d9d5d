import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Link2, Trash2 } from 'lucide-react'
import { useState, type SyntheticEvent } from 'react'

import { changeView, dropView, savedViews, saveView, type SavedView, type SavedViews } from '@/api/listing'
import { Dialog } from '@/components/Dialog'
import { Line } from '@/components/Text'
import { copy, toast } from '@/lib/toasts'

import type { Now } from './views'

interface SaveDialogProps {
  now: Now
  /** The saved view that is open, which can be changed; null for a new one. */
  view: SavedView | null
  rights: SavedViews
  onClose: () => void
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Keeps the search, its order and its columns under a name, for oneself or for everybody. */
export function SaveDialog({ now, view, rights, onClose }: SaveDialogProps) {
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/tasks' })
  const [name, setName] = useState(view?.name ?? '')
  const [shared, setShared] = useState(view?.shared ?? false)
  const [busy, setBusy] = useState(false)
  const mayChange = view?.mine === true
  const why = rights.why_not ?? (shared ? rights.why_not_shared : null)
  const run = async (what: () => Promise<SavedView | null>, done: string) => {
    setBusy(true)
    try {
      const kept = await what()
      await client.invalidateQueries({ queryKey: savedViews.queryKey })
      toast(done)
      void navigate({ to: '/tasks', search: (old) => ({ ...old, view: kept?.id }), replace: true, resetScroll: false })
      onClose()
    } catch (error) {
      toast(`It was not saved: ${said(error)}`, 'error')
      setBusy(false)
    }
  }
  const body = { name: name.trim(), search: now.search, sort: now.sort ?? null, columns: now.columns ?? null, shared }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    if (name.trim() === '' || why || busy) return
    const changes = view !== null && mayChange
    void run(() => (changes ? changeView(view.id, body) : saveView(body)), changes ? `Changed the view ${body.name}` : `Saved the view ${body.name}`)
  }
  return (
    <Dialog title={view ? 'This view' : 'Save this view'} onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          {now.search ? (
            <>
              The search <code className="mono"><Line text={now.search} limit={200} /></code>
            </>
          ) : (
            'All tasks'
          )}
          , its order and its columns.
        </p>
        <label className="field mt12">
          Name
          <input data-focus-first value={name} maxLength={60} onChange={({ target }) => setName(target.value)} autoComplete="off" />
        </label>
        <label className="tickline mt12">
          <input type="checkbox" checked={shared} disabled={rights.why_not_shared !== null && !shared} onChange={({ target }) => setShared(target.checked)} />
          <span>
            Show it to everybody
            {rights.why_not_shared && <span className="dim sm"> ({rights.why_not_shared})</span>}
          </span>
        </label>
        {view && !mayChange && <p className="mt12 dim">It is {view.owner ?? 'somebody'}’s: what you save is a view of your own.</p>}
        {why && <p className="mt12" role="alert">It cannot be saved: {why}.</p>}
        <div className="dlg-f">
          {view && mayChange && (
            <button type="button" className="btn" disabled={busy} onClick={() => void run(async () => { await dropView(view.id); return null }, `Deleted the view ${view.name}`)}>
              <Trash2 className="i" />
              Delete
            </button>
          )}
          <button type="button" className="btn" onClick={() => void copy(location.href, 'the link to this view')}>
            <Link2 className="i" />
            Copy its link
          </button>
          <span className="sp" />
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="btn pri" disabled={busy || name.trim() === '' || why !== null}>
            {view && mayChange ? 'Save the change' : 'Save view'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
