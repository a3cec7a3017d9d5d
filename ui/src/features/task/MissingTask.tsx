import { Link } from '@tanstack/react-router'

import { Answer } from '@/components/Page'
import { Line } from '@/components/Text'

/** A task that no event told of, or that was removed by its age. */
export function MissingTask({ id }: { id: string }) {
  return (
    <>
      <Answer glyph="unknown" title="Umbel does not know this task">
        No event of <code><Line text={id} limit={120} /></code> was heard, or it is older than what is kept. When it is heard, this page shows it by itself.
      </Answer>
      <p className="mt16">
        <Link className="btn" to="/tasks">
          All tasks
        </Link>
      </p>
    </>
  )
}
