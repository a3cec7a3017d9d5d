import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { clearHistory, clearingPreview, exportUrl, historyState, stopClearing, type Wish } from '@/api/history'
import type { ClearingState } from '@/api/types'
import { Dialog } from '@/components/Dialog'
import { ProgressBar } from '@/components/Meter'
import { toast } from '@/lib/toasts'

import { ages, beforeOf, clearingSentence, confirmation, exportSearch, goes, shareOf, stays } from './words'

import './history.css'

interface ClearDialogProps {
  search: string
  onClose: () => void
}

const tell = (error: unknown): void => toast(error instanceof Error ? error.message : String(error), 'error')

/** Deletes history for good: what goes, what stays, an export first, and a word to type. */
export function ClearDialog({ search, onClose }: ClearDialogProps) {
  const [begun, setBegun] = useState<string | null>(null)
  const clearing = useQuery(historyState).data?.clearing
  const isShown = clearing?.state === 'running' || (begun !== null && clearing?.started_at === begun)
  return (
    <Dialog title="Clear history" onClose={onClose}>
      {clearing && isShown ? <Running clearing={clearing} onClose={onClose} /> : <Ask search={search} onClose={onClose} onBegun={setBegun} />}
    </Dialog>
  )
}

function Ask({ search, onClose, onBegun }: ClearDialogProps & { onBegun: (startedAt: string) => void }) {
  const [all, setAll] = useState(search === '')
  const [days, setDays] = useState<number | null>(null)
  const [opened] = useState(() => Date.now())
  const [typed, setTyped] = useState('')
  const [sending, setSending] = useState(false)
  const wish: Wish = { search: all ? '' : search, before: beforeOf(days, opened) }
  const preview = useQuery(clearingPreview(wish))
  const client = useQueryClient()
  const isReady = typed.trim().toLowerCase() === confirmation && preview.isSuccess && !sending
  const clear = () => {
    setSending(true)
    clearHistory(wish, confirmation).then(
      (state) => {
        onBegun(state.started_at)
        void client.invalidateQueries({ queryKey: historyState.queryKey, exact: true })
      },
      (error: unknown) => {
        setSending(false)
        tell(error)
      },
    )
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) clear()
      }}
    >
      {search && (
        <fieldset className="choices">
          <legend className="vh">Which tasks</legend>
          <label>
            <input type="radio" name="which" checked={!all} onChange={() => setAll(false)} />
            <span>
              Finished and lost tasks that <code className="mono">{search}</code> finds
            </span>
          </label>
          <label>
            <input type="radio" name="which" checked={all} onChange={() => setAll(true)} />
            <span>All finished and lost tasks</span>
          </label>
        </fieldset>
      )}
      <label className="field mt12">
        <span>Only those</span>
        <select value={days ?? ''} onChange={(event) => setDays(event.target.value === '' ? null : Number(event.target.value))}>
          {ages.map((age) => (
            <option key={age.label} value={age.days ?? ''}>
              {age.label}
            </option>
          ))}
        </select>
      </label>
      <dl className="effect mt12" aria-live="polite">
        <dt>Goes</dt>
        <dd>{preview.data ? goes(preview.data) : preview.error ? preview.error.message : 'Counting …'}</dd>
        <dt>Stays</dt>
        <dd>{preview.data ? stays(preview.data) : '\u00a0'}</dd>
      </dl>
      <p className="mt12">
        <b>This cannot be undone.</b> <a href={exportUrl(exportSearch(wish), 'ndjson')} download>Export them first</a>, and umbel import can bring them back.
      </p>
      <label className="field mt12">
        <span>
          Type <b>{confirmation}</b>
        </span>
        <input type="text" value={typed} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.target.value)} />
      </label>
      <div className="dlg-f">
        <button type="button" className="btn" data-focus-first onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="btn danger" disabled={!isReady}>
          Clear history
        </button>
      </div>
    </form>
  )
}

function Running({ clearing, onClose }: { clearing: ClearingState; onClose: () => void }) {
  const client = useQueryClient()
  const isOver = clearing.state !== 'running'
  useEffect(() => {
    if (isOver) void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'history' })
  }, [isOver, client])
  return (
    <>
      <p role="status">{clearingSentence(clearing)}</p>
      {!isOver && (
        <p className="mt12">
          <ProgressBar value={{ share: shareOf(clearing.deleted, clearing.expected), note: `Begun by ${clearing.by}. It goes on when this is closed.` }} />
        </p>
      )}
      <div className="dlg-f">
        {!isOver && (
          <button type="button" className="btn" onClick={() => void stopClearing().catch(tell)}>
            Stop
          </button>
        )}
        <button type="button" className="btn pri" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  )
}
