import { Glyph } from './Glyph'
import { Nil } from './Nil'

interface ErrorNoteProps {
  title: string
  detail: string
  onRetry: () => void
}

/** What did not answer, whether anything was lost, and Try again. */
export function ErrorNote({ title, detail, onRetry }: ErrorNoteProps) {
  return (
    <div className="panel" role="alert">
      <Nil
        icon={<Glyph kind="critical" />}
        title={title}
        actions={
          <button type="button" className="btn" onClick={onRetry}>
            Try again
          </button>
        }
      >
        {detail}
      </Nil>
    </div>
  )
}
