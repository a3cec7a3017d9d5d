import { Link } from '@tanstack/react-router'

import type { FailureShare } from '@/api/types'
import { TaskName, Line, Unknown } from '@/components/Text'
import { percent, whole } from '@/lib/count'
import { quote } from '@/lib/search-text'

interface SharesProps {
  title: string
  key_: 'name' | 'worker'
  shares: readonly FailureShare[]
  /** How many of its newest tasks were looked at. */
  of: number
  group: string
}

const most = 8

/** Whose the failures are: names or workers with their share of the newest tasks. */
export function Shares({ title, key_, shares, of, group }: SharesProps) {
  if (shares.length === 0) return null
  const left = shares.length - most
  return (
    <>
      <h3>
        {title} <span className="note">of its {of === 1 ? 'one stored task' : `newest ${whole(of)} stored tasks`}</span>
      </h3>
      <ul className="share">
        {shares.slice(0, most).map(({ text, tasks }) => (
          <li key={text ?? ''}>
            {text === null ? (
              <Unknown why={key_ === 'name' ? 'No event told the name' : 'No event told the worker'} />
            ) : (
              <Link className="q ell" to="/tasks" search={{ search: `failure:${group} ${key_}:${quote(text)}` }}>
                {key_ === 'name' ? <TaskName name={text} /> : <Line text={text} limit={120} />}
              </Link>
            )}
            <span className="bars" aria-hidden="true">
              <i style={{ width: `${(tasks / Math.max(1, of)) * 100}%` }} />
            </span>
            <span className="num">{percent(tasks / Math.max(1, of))}</span>
          </li>
        ))}
      </ul>
      {left > 0 && <p className="sm dim">and {whole(left)} more</p>}
    </>
  )
}
