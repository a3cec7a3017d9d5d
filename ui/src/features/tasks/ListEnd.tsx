import type { TaskPage } from '@/api/types'
import { Time } from '@/components/Time'
import { whole } from '@/lib/count'

interface ListEndProps {
  pages: readonly TaskPage[]
  shown: number
  loading: boolean
  failed: boolean
  onMore: () => void
}

/** The end of the list says what was searched, and whether it was cut. */
export function ListEnd({ pages, shown, loading, failed, onMore }: ListEndProps) {
  const last = pages.at(-1)
  if (!last || shown === 0) return null
  const { complete, reason, until } = last.coverage
  return (
    <div className="vt-end">
      {failed ? (
        <>
          The next tasks did not come.{' '}
          <button type="button" className="link" onClick={onMore}>
            Try again
          </button>
        </>
      ) : loading ? (
        'Loading more'
      ) : last.next !== null ? (
        <button type="button" className="link" onClick={onMore}>
          More
        </button>
      ) : (
        `The end: ${whole(shown)} ${shown === 1 ? 'task' : 'tasks'}. `
      )}
      {!complete && (
        <span className="c-warning">
          {' '}
          The search was cut{reason ? `: ${reason}` : ''}
          {until && (
            <>
              ; it looked back to <Time at={until} />
            </>
          )}
          .
        </span>
      )}
      {complete && last.next === null && 'Everything that is stored was searched.'}
    </div>
  )
}
