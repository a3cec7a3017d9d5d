import { stateLook } from '@/lib/states'
import { oneLine } from '@/lib/text'

import { Glyph } from './Glyph'

/** A task's state: its glyph and its word. `plain` is for lists of states, where colour would shout. */
export function StateWord({ state, verdict, plain = false }: { state: string; verdict?: string | null | undefined; plain?: boolean }) {
  const { kind, word } = stateLook(state, verdict)
  return (
    <span className={plain ? 'st plain' : `st c-${kind}`}>
      <Glyph kind={kind} />
      <bdi className="ell">{oneLine(word, 40)}</bdi>
    </span>
  )
}
