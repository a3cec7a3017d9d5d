import { Download, Eraser } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import type { Count, Me } from '@/api/types'

const ExportDialog = lazy(async () => ({ default: (await import('./ExportDialog')).ExportDialog }))
const ClearDialog = lazy(async () => ({ default: (await import('./ClearDialog')).ClearDialog }))

interface HistoryToolsProps {
  search: string
  total: Count | undefined
  me: Me | undefined
}

/** Export for everybody, Clear history for those who may; their dialogs come when they are asked for. */
export function HistoryTools({ search, total, me }: HistoryToolsProps) {
  const [open, setOpen] = useState<'export' | 'clear' | null>(null)
  const close = () => setOpen(null)
  const mayClear = me !== undefined && me.role !== 'viewer'
  return (
    <>
      <button type="button" className="btn gh" onClick={() => setOpen('export')}>
        <Download className="i" />
        Export
      </button>
      {mayClear && (
        <button type="button" className="btn gh" onClick={() => setOpen('clear')}>
          <Eraser className="i" />
          Clear history
        </button>
      )}
      <Suspense>
        {open === 'export' && <ExportDialog search={search} total={total} onClose={close} />}
        {open === 'clear' && <ClearDialog search={search} onClose={close} />}
      </Suspense>
    </>
  )
}
