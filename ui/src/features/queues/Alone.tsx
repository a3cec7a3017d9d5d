import type { ReactNode } from 'react'

import type { Queue } from '@/api/queues'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Age } from '@/components/Time'
import { plural, whole } from '@/lib/count'

const most = 3

/** What waits where nobody takes it, and how to change that. */
export function Alone({ items, action }: { items: readonly Queue[]; action: (queue: Queue) => ReactNode }) {
  const alone = items.filter(({ consuming, ready }) => consuming === 'no' && (ready ?? 0) > 0)
  if (alone.length === 0) return null
  return (
    <div className="mt16 alone">
      {alone.slice(0, most).map((queue) => {
        const { name, ready, oldest_at: at } = queue
        return (
        <div key={name} className="banner">
          <Glyph kind="warning" />
          <span>
            <b>
              No worker consumes <Line text={name} limit={60} />.
            </b>{' '}
            <span className="mid">
              {plural(ready ?? 0, 'task')} {ready === 1 ? 'waits' : 'wait'} there
              {at !== null && (
                <>
                  , the oldest for <Age at={at} />
                </>
              )}
              . Start a worker with{' '}
              <code>
                -Q <Line text={name} limit={60} />
              </code>
              , or let one that runs consume it, too.
            </span>
          </span>
          <span className="sp" />
          {action(queue)}
        </div>
        )
      })}
      {alone.length > most && <p className="sm mid">And {whole(alone.length - most)} more queues that nobody consumes.</p>}
    </div>
  )
}
