import { Copy } from 'lucide-react'
import { useState } from 'react'

import type { TaskDetail } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Frames } from '@/components/Frames'
import { Section } from '@/components/Page'
import { Block } from '@/components/Text'
import { thrown } from '@/lib/exception'
import { copy } from '@/lib/toasts'
import { parseTraceback } from '@/lib/traceback'

type View = 'own' | 'all' | 'text'

const views: readonly { id: View; label: string }[] = [
  { id: 'own', label: 'Own code' },
  { id: 'all', label: 'All frames' },
  { id: 'text', label: 'Text' },
]

const words: Record<number, string> = { 2: 'two', 3: 'three', 4: 'four', 5: 'five' }

interface Cause {
  attempt: number | null
  exception: string | null
  traceback: string | null
}

/** The failures of a task, newest first: of its attempts, else of itself. */
function causes(task: TaskDetail): Cause[] {
  const own = task.attempts.filter(({ exception, traceback }) => exception ?? traceback).map(({ number, exception, traceback }) => ({ attempt: number, exception: exception ?? null, traceback: traceback ?? null }))
  if (own.length > 0) return own.reverse()
  return task.exception || task.traceback ? [{ attempt: null, exception: task.exception ?? null, traceback: task.traceback ?? null }] : []
}

function note(all: readonly Cause[], chosen: Cause): string | undefined {
  if (all.length < 2 || chosen.attempt === null) return undefined
  const same = all.every(({ exception }) => exception === chosen.exception)
  const others = all.length - 1
  return `attempt ${chosen.attempt}; ${same ? `${others === 1 ? 'the other one' : `the other ${words[others] ?? others}`} ended the same way` : 'not all ended the same way'}`
}

export function Why({ task }: { task: TaskDetail }) {
  const [view, setView] = useState<View>('own')
  const [at, setAt] = useState(0)
  const all = causes(task)
  const cause = all[Math.min(at, all.length - 1)]
  if (!cause) return null
  const parsed = cause.traceback ? parseTraceback(cause.traceback) : null
  const shown: View = parsed ? view : 'text'
  const { type, message } = thrown(cause.exception ?? parsed?.last ?? '')
  return (
    <Section
      title="Why"
      note={note(all, cause)}
      end={
        <>
          {all.length > 1 && (
            <span className="seg" role="group" aria-label="Attempt">
              {[...all].reverse().map((one, index) => (
                <button type="button" key={one.attempt} aria-pressed={one === cause} onClick={() => setAt(all.length - 1 - index)} aria-label={`Attempt ${one.attempt ?? ''}`}>
                  {one.attempt}
                </button>
              ))}
            </span>
          )}
          {parsed && (
            <span className="seg" role="group" aria-label="Traceback">
              {views.map(({ id, label }) => (
                <button type="button" key={id} aria-pressed={view === id} onClick={() => setView(id)}>
                  {label}
                </button>
              ))}
            </span>
          )}
          {cause.traceback && (
            <button type="button" className="btn ico gh" aria-label="Copy the traceback" title="Copy the traceback" onClick={() => void copy(cause.traceback ?? '', 'the traceback')}>
              <Copy className="i" />
            </button>
          )}
        </>
      }
    >
      <div className="panel why">
        <div className="exc">
          <Glyph kind={task.state === 'RETRY' ? 'retry' : 'failure'} />
          <div className={task.state === 'RETRY' ? 'm mid' : 'm'}>
            <Block text={type && type !== message ? `${type}: ${message}` : message} />
          </div>
        </div>
        {parsed && shown !== 'text' && <Frames traceback={parsed} all={shown === 'all'} />}
        {shown === 'text' && cause.traceback && (
          <pre className="rawtext" tabIndex={0} aria-label="Traceback">
            <Block text={cause.traceback} />
          </pre>
        )}
        {!cause.traceback && <p className="panel-b dim">No event brought a traceback.</p>}
      </div>
    </Section>
  )
}
