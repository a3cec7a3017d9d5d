import { X } from 'lucide-react'
import { useEffect, useId, useRef, type ReactNode } from 'react'

interface DialogProps {
  title: string
  onClose: () => void
  className?: string
  bare?: boolean
  children: ReactNode
}

/**
 * The browser's own modal dialog: it traps the focus, gives it back, and closes on Esc or a press beside it.
 * The focus begins on what has `data-focus-first`, else on the first control.
 */
export function Dialog({ title, onClose, className, bare = false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    dialog?.showModal()
    dialog?.querySelector<HTMLElement>('[data-focus-first]')?.focus()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <dialog
      ref={ref}
      className={className}
      aria-label={bare ? title : undefined}
      aria-labelledby={bare ? undefined : id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      {bare ? (
        children
      ) : (
        <>
          <div className="dlg-h">
            <h2 id={id}>{title}</h2>
            <button type="button" className="btn ico gh" aria-label="Close" onClick={onClose}>
              <X className="i" />
            </button>
          </div>
          <div className="dlg-b">{children}</div>
        </>
      )}
    </dialog>
  )
}
