import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

import { newest } from '@/api/attention'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { Duration } from '@/components/Time'
import { percent, plural, whole } from '@/lib/count'
import { quote } from '@/lib/search-text'

import { breakdown } from './arguments'

const sample = 500

/** With which arguments it is called: of the newest tasks, and only when asked for. */
export function Arguments({ name }: { name: string }) {
  const [asked, setAsked] = useState(false)
  const { data } = useQuery({ ...newest(`name:${quote(name)}`, sample), enabled: asked })
  const found = useMemo(() => (data ? breakdown(data.items) : null), [data])
  return (
    <Section title="Arguments" note={found ? `of the newest ${plural(found.lookedAt, 'task')}${found.unread > 0 ? `, ${whole(found.unread)} of which cannot be read: cut, or no plain values` : ''}` : `of the newest ${sample} tasks, when you ask`}>
      {!asked && (
        <button type="button" className="btn" onClick={() => setAsked(true)}>
          Break down arguments
        </button>
      )}
      {found?.uses.length === 0 && <p className="dim">They have none.</p>}
      {found && found.uses.length > 0 && (
        <div className="grid args">
          {found.uses.map((use) => (
            <div className="panel tw" key={use.name}>
              <table className="fix">
                <thead>
                  <tr>
                    <th>
                      {/^\d+$/.test(use.name) ? `Argument ${use.name}` : <code><Line text={use.name} limit={60} /></code>}
                    </th>
                    <th className="num w-n">Tasks</th>
                    <th className="num w-n">Failed</th>
                    <th className="num w-time">Average</th>
                  </tr>
                </thead>
                <tbody>
                  {use.values.map(({ text, tasks, failed, meanS }) => (
                    <tr key={text}>
                      <td className="ell">
                        <code><Line text={text} limit={80} /></code>
                      </td>
                      <td className="num w-n" title={percent(tasks / use.tasks)}>{whole(tasks)}</td>
                      <td className={failed > 0 ? 'num w-n' : 'num w-n dim'}>{whole(failed)}</td>
                      <td className="num w-time">{meanS === null ? '—' : <Duration seconds={meanS} />}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {use.others > 0 && <p className="dim sm panel-b">{plural(use.others, 'more value')}</p>}
            </div>
          ))}
        </div>
      )}
    </Section>
  )
}
