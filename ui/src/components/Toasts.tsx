import { X } from 'lucide-react'

import { closeToast, useToasts } from '@/lib/toasts'

import { Glyph } from './Glyph'

export function Toasts() {
  const toasts = useToasts()
  return (
    <div className="toasts" role="status">
      {toasts.map(({ id, text, kind }) => (
        <div className="toast" key={id}>
          <Glyph kind={kind === 'done' ? 'success' : 'failure'} />
          <span>{text}</span>
          <span className="sp" />
          <button type="button" className="btn ico gh" aria-label="Close" onClick={() => closeToast(id)}>
            <X className="i" />
          </button>
        </div>
      ))}
    </div>
  )
}
