import { Copy, X } from 'lucide-react'
import type { ReactNode } from 'react'

import type { Count, Me } from '@/api/types'
import { Menu, MenuItem, MenuLabel } from '@/components/Menu'
import { countText, plural } from '@/lib/count'
import { copy } from '@/lib/toasts'

import { asCsv, asCurl, asJson, searchAsCurl } from './copy'
import type { Selection } from './select'

interface BulkBarProps {
  selection: Selection
  shown: number
  total: Count | undefined
  search: string
  me: Me | undefined
  onMenu: (open: boolean) => void
  /** What can be done to tasks by their ids. */
  actions?: (ids: readonly string[]) => ReactNode
}

/** What can be done with the rows that were ticked. */
export function BulkBar({ selection, shown, total, search, me, onMenu, actions }: BulkBarProps) {
  const count = selection.ids.size
  if (count === 0) return null
  const what = plural(count, 'task')
  return (
    <div className="bulk" role="region" aria-label="Selected tasks">
      <b aria-live="polite">{plural(count, 'selected', 'selected')}</b>
      {count < shown && (
        <button type="button" className="link" onClick={selection.all}>
          Select all {shown} shown{total?.kind === 'exact' && (total.value ?? 0) > shown ? ` of ${countText(total)}` : ''}
        </button>
      )}
      {actions?.([...selection.ids])}
      <Menu
        label="Copy"
        onOpenChange={onMenu}
        trigger={
          <button type="button" className="btn">
            <Copy className="i" />
            Copy…
          </button>
        }
      >
        <MenuLabel>{what}, long texts as they are in the list</MenuLabel>
        <MenuItem onSelect={() => void copy(asJson(selection.rows), `${what} as JSON`)}>As JSON</MenuItem>
        <MenuItem onSelect={() => void copy(asCsv(selection.rows), `${what} as CSV`)}>As CSV</MenuItem>
        <MenuItem onSelect={() => void copy(asCurl(selection.rows, me), `${what} as cURL`)}>As cURL, whole tasks</MenuItem>
        <MenuItem onSelect={() => void copy(selection.rows.map(({ id }) => id).join('\n'), plural(count, 'id'))}>Ids</MenuItem>
        <MenuItem onSelect={() => void copy(searchAsCurl(search, me), 'the search as cURL')}>The search as cURL</MenuItem>
      </Menu>
      <button type="button" className="btn ico gh" aria-label="Let go of the selection" onClick={selection.clear}>
        <X className="i" />
      </button>
    </div>
  )
}
