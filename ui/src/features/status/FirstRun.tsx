import type { ReactNode } from 'react'

import type { Health, Workers } from '@/api/types'
import { Glyph, type HealthKind } from '@/components/Glyph'
import { Answer } from '@/components/Page'
import { Line } from '@/components/Text'
import { Age } from '@/components/Time'

import { checks, firstAnswer, type Check } from './checks'

import './first-run.css'

interface FirstRunProps {
  health: Health
  workers: Workers | undefined
}

const Item = ({ kind, title, fix, children }: { kind: HealthKind; title: string; fix: string | null; children: ReactNode }) => (
  <li className="ck">
    <Glyph kind={kind} />
    <h2>{title}</h2>
    <p>{children}</p>
    {fix && <pre className="code" tabIndex={0}>{fix}</pre>}
  </li>
)

/** Before the first task: what works, what does not, and the one line that mends it. */
export function FirstRun({ health, workers }: FirstRunProps) {
  const all: Check[] = checks(health, workers)
  const answer = firstAnswer(all)
  return (
    <>
      <Answer glyph={answer.kind} title={answer.title}>
        Umbel has run for <Age at={health.started_at} />. It will show the first task the moment one is heard; this page goes away by itself.
      </Answer>
      <ol className="panel chks mt16">
        {all.map(({ kind, title, text, fix }) => (
          <Item key={title} kind={kind} title={title} fix={fix}>
            {text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}><Line text={part} limit={200} /></code> : <Line key={index} text={part} limit={400} />))}
          </Item>
        ))}
      </ol>
    </>
  )
}
