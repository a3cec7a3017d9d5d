import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { cancelExport, exportUrl, historyState, type ExportFormat } from '@/api/history'
import type { Count } from '@/api/types'
import { Dialog } from '@/components/Dialog'
import { ProgressBar } from '@/components/Meter'
import { countNote, countText, plural, whole } from '@/lib/count'
import { toast } from '@/lib/toasts'

import { shareOf } from './words'

import './history.css'

interface ExportDialogProps {
  search: string
  total: Count | undefined
  onClose: () => void
}

const formats: readonly { format: ExportFormat; title: string; note: string }[] = [
  { format: 'ndjson', title: 'JSON lines', note: 'Everything that is known, a task a line; umbel import restores it.' },
  { format: 'csv', title: 'CSV', note: 'The columns of the list, for a spreadsheet; attempts and tracebacks are left out.' },
]

/** The browser saves the file by itself, as fast as its disk takes it; the server tells how far it is. */
export function ExportDialog({ search, total, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState<ExportFormat>('ndjson')
  const [begun, setBegun] = useState(false)
  const running = useQuery(historyState).data?.export
  const many = total ? (total.kind === 'exact' ? plural(total.value ?? 0, 'task') : `${countText(total)} tasks`) : 'all tasks'
  const cancel = () => void cancelExport().catch((error: unknown) => toast(String(error), 'error'))
  return (
    <Dialog title="Export tasks" onClose={onClose}>
      <p>
        {search ? (
          <>
            What <code className="mono">{search}</code> finds, all of it: {many}.
          </>
        ) : (
          <>All that is stored: {many}.</>
        )}{' '}
        {total && total.kind !== 'exact' && countNote(total)} Oldest first; what comes while it runs is left out.
      </p>
      <fieldset className="choices mt12" disabled={Boolean(running)}>
        <legend className="vh">Format</legend>
        {formats.map((one) => (
          <label key={one.format}>
            <input type="radio" name="format" checked={format === one.format} onChange={() => setFormat(one.format)} />
            <span>
              <b>{one.title}</b>
              <span className="dim">{one.note}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p className="mt12" role="status">
        {running ? (
          <span className="row">
            <ProgressBar value={{ share: shareOf(running.tasks, total), note: `${whole(running.tasks)} tasks sent` }} />
          </span>
        ) : begun ? (
          'It is on its way to your downloads, or there already.'
        ) : (
          '\u00a0'
        )}
      </p>
      <div className="dlg-f">
        {running && (
          <button type="button" className="btn" onClick={cancel}>
            Cancel the export
          </button>
        )}
        <button type="button" className="btn" onClick={onClose}>
          Close
        </button>
        {!running && (
          <a className="btn pri" href={exportUrl(search, format)} download onClick={() => setBegun(true)}>
            Export {many}
          </a>
        )}
      </div>
    </Dialog>
  )
}
