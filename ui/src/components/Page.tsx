import { useEffect, type ReactNode } from 'react'

import type { StateKind } from '@/lib/states'

import { Glyph, type HealthKind } from './Glyph'

interface AnswerProps {
  glyph?: StateKind | HealthKind | null
  title: ReactNode
  children?: ReactNode
  end?: ReactNode
}

/** The page's answer: a sentence with numbers, and one line on what else and how sure. */
export function Answer({ glyph, title, children, end }: AnswerProps) {
  return (
    <div className="head">
      <div className="answer">
        {glyph && <Glyph kind={glyph} large />}
        <div>
          <h1 tabIndex={-1}>{title}</h1>
          {children && <div className="answer-sub">{children}</div>}
        </div>
      </div>
      {end}
    </div>
  )
}

interface SectionProps {
  title: string
  note?: ReactNode
  end?: ReactNode
  children: ReactNode
}

export function Section({ title, note, end, children }: SectionProps) {
  return (
    <section className="sec" aria-label={title}>
      <div className="sec-h">
        <h2>{title}</h2>
        {note && <span className="note">{note}</span>}
        {end && <span className="end">{end}</span>}
      </div>
      {children}
    </section>
  )
}

/** The window's title begins with the state of the page. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
}
