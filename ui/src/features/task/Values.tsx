import { Copy } from 'lucide-react'
import { useState } from 'react'

import { Section } from '@/components/Page'
import { Block } from '@/components/Text'
import { ValueTree } from '@/components/ValueTree'
import { isCut, parseRepr } from '@/lib/repr'
import { copy } from '@/lib/toasts'

interface Part {
  name: string | null
  text: string | null | undefined
  cut: boolean
}

interface ValuesProps {
  title: string
  parts: readonly Part[]
  /** Why there is nothing, where there is nothing. */
  missing: string
  /** Where they are from, if not from an event. */
  from?: string | undefined
}

function note(parts: readonly Part[], values: readonly ReturnType<typeof parseRepr>[]): string {
  if (parts.some(({ cut }) => cut) || values.some((value) => value !== null && isCut(value))) return 'cut where … stands: workers shorten long values'
  return values.some((value) => value === null) ? 'as the worker wrote it' : 'complete'
}

/** Values that a worker wrote as text: as a tree where they can be read, and raw. */
export function Values({ title, parts, missing, from }: ValuesProps) {
  const [raw, setRaw] = useState(false)
  const known = parts.filter((part): part is Part & { text: string } => part.text != null && part.text !== '')
  if (known.length === 0) {
    return (
      <Section title={title}>
        <div className="panel panel-b dim">{missing}</div>
      </Section>
    )
  }
  const values = known.map(({ text }) => parseRepr(text))
  const readable = values.some((value) => value !== null)
  const whole = known.map(({ name, text }) => (name ? `${name} = ${text}` : text)).join('\n')
  return (
    <Section
      title={title}
      note={`${note(known, values)}${from ? `, ${from}` : ''}`}
      end={
        <>
          {readable && (
            <span className="seg" role="group" aria-label={`${title}, view`}>
              <button type="button" aria-pressed={!raw} onClick={() => setRaw(false)}>
                Tree
              </button>
              <button type="button" aria-pressed={raw} onClick={() => setRaw(true)}>
                Raw
              </button>
            </span>
          )}
          <button type="button" className="btn ico gh" aria-label={`Copy: ${title}`} title="Copy" onClick={() => void copy(whole, title.toLowerCase())}>
            <Copy className="i" />
          </button>
        </>
      }
    >
      <div className="panel panel-b values">
        {known.map(({ name, text }, index) => {
          const value = values[index] ?? null
          return raw || value === null ? (
            <pre key={name} className="rawtext wrap" tabIndex={0} aria-label={name ?? title}>
              {name && <span className="dim">{name} = </span>}
              <Block text={text} />
            </pre>
          ) : (
            <ValueTree key={name} name={name} value={value} />
          )
        })}
      </div>
    </Section>
  )
}
