import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useId, useMemo, useState } from 'react'

import { commandPreview, purgedUrl, runCommand, type Command, type CommandAnswer } from '@/api/commands'
import { Dialog } from '@/components/Dialog'
import { Line } from '@/components/Text'
import { sentenceOf } from '@/lib/text'

import type { Action, Field, Values } from './actions'
import { Effect } from './Effect'
import { Replies } from './Replies'

import './actions.css'

interface CommandDialogProps {
  action: Action
  onClose: () => void
}

/** Says what it will do, asks why, has danger typed, and shows each worker's answer. Nothing is shown as done before. */
export function CommandDialog({ action, onClose }: CommandDialogProps) {
  const [answer, setAnswer] = useState<CommandAnswer | null>(null)
  return (
    <Dialog title={action.title} onClose={onClose} className="act">
      {answer ? <Answered answer={answer} onClose={onClose} /> : <Ask action={action} onClose={onClose} onAnswer={setAnswer} />}
    </Dialog>
  )
}

interface Sending {
  send: (command: Command, why: string, confirm: string | null) => void
  isSending: boolean
  error: string | null
}

function useSending(onAnswer: (answer: CommandAnswer) => void): Sending {
  const client = useQueryClient()
  const [isSending, setSending] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const send = (command: Command, why: string, confirm: string | null) => {
    setSending(true)
    setError(null)
    runCommand(command, why, confirm).then(
      (answer) => {
        onAnswer(answer)
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'command' })
      },
      (reason: unknown) => {
        setSending(false)
        setError(reason instanceof Error ? reason.message : String(reason))
      },
    )
  }
  return { send, isSending, error }
}

function Ask({ action, onClose, onAnswer }: CommandDialogProps & { onAnswer: (answer: CommandAnswer) => void }) {
  const [values, setValues] = useState<Values>(() => Object.fromEntries(action.fields.map(({ name, initial }) => [name, initial])))
  const [why, setWhy] = useState('')
  const [typed, setTyped] = useState('')
  const late = useDeferredValue(values)
  const command = useMemo(() => action.build(values), [action, values])
  const preview = useQuery(commandPreview(useMemo(() => action.build(late), [action, late])))
  const { send, isSending, error } = useSending(onAnswer)
  const wanted = preview.data?.confirm ?? null
  const isReady = command !== null && preview.isSuccess && late === values && !isSending && (wanted === null || typed === wanted)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) send(command, why, wanted)
      }}
    >
      {action.fields.map((field, index) => (
        <Input key={field.name} field={field} first={index === 0} value={values[field.name] ?? ''} onChange={(value) => setValues((old) => ({ ...old, [field.name]: value }))} />
      ))}
      <Effect preview={preview.data} error={preview.error} waiting={command === null} />
      <label className="field mt12">
        <span>Why? It goes into the audit log</span>
        <input type="text" value={why} maxLength={2000} onChange={(event) => setWhy(event.target.value)} />
      </label>
      {wanted !== null && (
        <label className="field mt12">
          <span>
            Type <b className="ink"><Line text={wanted} limit={200} /></b> to confirm
          </span>
          <input type="text" value={typed} autoComplete="off" spellCheck={false} autoCapitalize="off" onChange={(event) => setTyped(event.target.value)} />
        </label>
      )}
      {error && <p className="mt12 c-failure" role="alert">{sentenceOf(error)}</p>}
      <div className="dlg-f">
        <button type="button" className="btn" data-focus-first={action.danger ?? action.fields.length === 0 ? '' : undefined} onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className={`btn ${action.danger ? 'danger' : 'pri'}`} disabled={!isReady}>
          {isSending ? 'Waiting for answers …' : <Line text={action.button(values, preview.data?.messages ?? null)} limit={60} />}
        </button>
      </div>
    </form>
  )
}

function Input({ field, first, value, onChange }: { field: Field; first: boolean; value: string; onChange: (value: string) => void }) {
  const id = useId()
  const hint = field.hint ? `${id}-hint` : undefined
  return (
    <div className="field mt12">
      <label htmlFor={id}>{field.label}</label>
      {field.kind === 'choice' ? (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {field.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} type={field.kind} min={0} step="any" required={!field.optional} autoComplete="off" spellCheck={false} aria-describedby={hint} data-focus-first={first ? '' : undefined} value={value} onChange={(event) => onChange(event.target.value)} />
      )}
      {hint && <span id={hint} className="dim sm hint">{field.hint}</span>}
    </div>
  )
}

function Answered({ answer, onClose }: { answer: CommandAnswer; onClose: () => void }) {
  return (
    <>
      <div role="status">
        <Replies entry={answer.entry} />
      </div>
      {answer.export && (
        <p className="mt12">
          <a href={purgedUrl(answer.export)} download>
            Download what was deleted
          </a>
          ; the newest 20 such files are kept.
        </p>
      )}
      <div className="dlg-f">
        <button type="button" className="btn pri" data-focus-first="" autoFocus onClick={onClose}>
          Close
        </button>
      </div>
    </>
  )
}
