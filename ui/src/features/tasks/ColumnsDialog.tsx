import { ArrowDown, ArrowUp } from 'lucide-react'

import { Dialog } from '@/components/Dialog'
import { moved } from '@/components/table-columns'

import { columnChoices, defaultColumns } from './columns'

interface ColumnsDialogProps {
  chosen: readonly string[]
  onChoose: (columns: readonly string[] | null) => void
  onWidths: () => void
  hasWidths: boolean
  onClose: () => void
}

/** Which columns are shown and in which order, as far as the window has room. */
export function ColumnsDialog({ chosen, onChoose, onWidths, hasWidths, onClose }: ColumnsDialogProps) {
  const isShown = (id: string, fixed: boolean): boolean => fixed || chosen.includes(id)
  const rest = columnChoices.filter(({ id }) => !chosen.includes(id))
  const ordered = [...chosen.flatMap((id) => columnChoices.find((one) => one.id === id) ?? []), ...rest]
  const ids = ordered.map(({ id }) => id)
  const choose = (next: readonly string[], keep: (id: string) => boolean) => onChoose(next.filter(keep))
  const toggle = (id: string, on: boolean) => choose(ids, (one) => (one === id ? on : isShown(one, columnChoices.find((c) => c.id === one)?.fixed ?? false)))
  const move = (id: string, by: number) => {
    const to = ids[ids.indexOf(id) + by]
    if (to) choose(moved(ids, id, to), (one) => isShown(one, columnChoices.find((c) => c.id === one)?.fixed ?? false))
  }
  return (
    <Dialog title="Columns" onClose={onClose}>
      <p>Shown in this order, as far as the window has room. A column’s edge can be pulled.</p>
      <ul className="cols mt12">
        {ordered.map(({ id, title, fixed }, index) => (
          <li key={id}>
            <label>
              <input type="checkbox" checked={isShown(id, fixed)} disabled={fixed} onChange={({ target }) => toggle(id, target.checked)} />
              {title}
            </label>
            <button type="button" className="btn ico gh" aria-label={`${title}, earlier`} disabled={index === 0 || !isShown(id, fixed)} onClick={() => move(id, -1)}>
              <ArrowUp className="i" />
            </button>
            <button type="button" className="btn ico gh" aria-label={`${title}, later`} disabled={index >= ordered.length - 1 || !isShown(id, fixed)} onClick={() => move(id, 1)}>
              <ArrowDown className="i" />
            </button>
          </li>
        ))}
      </ul>
      <div className="dlg-f">
        <button type="button" className="btn" disabled={!hasWidths} onClick={onWidths}>
          Widths as at first
        </button>
        <button type="button" className="btn" disabled={chosen.join() === defaultColumns.join()} onClick={() => onChoose(null)}>
          As at first
        </button>
        <span className="sp" />
        <button type="button" className="btn" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
