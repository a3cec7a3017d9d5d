import type { AuditEntry, CommandReply } from '@/api/commands'
import type { Me } from '@/api/types'
import type { HealthKind } from '@/components/Glyph'
import type { StateKind } from '@/lib/states'

type Outcome = AuditEntry['outcome']

const words: Record<Outcome, string> = { asked: 'no answer yet', done: 'done', partly: 'partly done', refused: 'refused', silent: 'no answer', failed: 'failed' }

const glyphs: Record<Outcome, StateKind | HealthKind> = { asked: 'pending', done: 'success', partly: 'warning', refused: 'rejected', silent: 'lost', failed: 'failure' }

export const wordOf = (outcome: CommandReply['state'] | Outcome): string => words[outcome]

export const glyphOf = (outcome: CommandReply['state'] | Outcome): StateKind | HealthKind => glyphs[outcome]

/** Why somebody may not act; null where they may. Nothing is said before it is known who asks. */
export function whyNot(me: Me | undefined): string | null {
  if (me?.role !== 'viewer') return null
  return `This needs the role operator; you are viewer${me.reason ? `: ${me.reason}` : ''}`
}
