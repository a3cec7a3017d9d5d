import { ExternalLink } from 'lucide-react'

import type { TaskDetail } from '@/api/types'
import { Line } from '@/components/Text'

/** Ways to other tools, as the server was told them. */
export function Elsewhere({ task }: { task: TaskDetail }) {
  if (task.links.length === 0) return null
  return (
    <section className="panel mt16" aria-label="Elsewhere">
      <div className="sec-h">
        <h2>Elsewhere</h2>
      </div>
      <div className="panel-b">
        <ul className="elsewhere">
          {task.links.map(({ label, url }) => (
            <li key={label}>
              <a className="link" href={url} target="_blank" rel="noreferrer noopener">
                <Line text={label} limit={80} />
                <ExternalLink className="i s" aria-label="opens another page" />
              </a>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
