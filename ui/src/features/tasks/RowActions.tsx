import { useNavigate } from '@tanstack/react-router'
import { Copy, Filter, OctagonX } from 'lucide-react'

import type { TaskRow } from '@/api/types'
import { thrown } from '@/lib/exception'
import { join, quote } from '@/lib/search-text'
import { copy } from '@/lib/toasts'

/** What can be done with a row without opening it; it takes the place of the last cell, so that nothing shifts. */
export function RowActions({ row }: { row: TaskRow }) {
  const navigate = useNavigate({ from: '/tasks' })
  const search = (text: string) => void navigate({ to: '/tasks', search: (old) => ({ ...old, search: text }) })
  const { name, exception } = row
  return (
    <>
      <button type="button" className="btn" title="Copy the id" aria-label="Copy the id" onClick={() => void copy(row.id, 'the id')}>
        <Copy className="i" />
      </button>
      {name && (
        <button type="button" className="btn" title="Only this name" aria-label="Only this name" onClick={() => search(`name:${quote(name)}`)}>
          <Filter className="i" />
        </button>
      )}
      {row.state === 'FAILURE' && exception && (
        <button type="button" className="btn" title="Similar failures" aria-label="Similar failures" onClick={() => search(join(['state:failure', name ? `name:${quote(name)}` : '', `exception:${quote(thrown(exception).type || thrown(exception).message.slice(0, 60))}`]))}>
          <OctagonX className="i" />
        </button>
      )}
    </>
  )
}
