import { Server } from 'lucide-react'

import { Glyph } from '@/components/Glyph'
import type { StateKind } from '@/lib/states'

import { kinds, rateText, type Kind, type Rates } from './rates'

export const glyphs: Record<Exclude<Kind, 'worker'>, StateKind> = { succeeded: 'success', failed: 'failure', retried: 'retry', started: 'running', received: 'received', sent: 'pending', revoked: 'revoked' }

export const KindGlyph = ({ kind }: { kind: Kind }) => (kind === 'worker' ? <Server className="g" aria-hidden="true" /> : <Glyph kind={glyphs[kind]} />)

/** Which kinds of lines are shown, each with its rate. */
export function Kinds({ rates, hidden, onToggle }: { rates: Rates; hidden: ReadonlySet<Kind>; onToggle: (kind: Kind) => void }) {
  return (
    <div className="kinds mt12" role="group" aria-label="Which lines">
      {kinds.map((kind) => (
        <button key={kind} type="button" className="kind" aria-pressed={!hidden.has(kind)} onClick={() => onToggle(kind)}>
          <KindGlyph kind={kind} />
          {kind}
          <em>{rateText(rates.perSecond[kind])}/s</em>
        </button>
      ))}
    </div>
  )
}
