import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'

const words: Record<string, string> = { 'result backend': 'the result backend', worker: 'its worker’s own list' }

/** Where the state was read when no event told it. */
const learntText = (source: string, ended: boolean): string => `${ended ? 'Its end' : 'That it is there'} was read from ${words[source] ?? source}: no event told it.`

/** That a state was learnt in another way than by events. */
export function LearntNote({ source, ended }: { source: string; ended: boolean }) {
  return (
    <div className="banner mt16">
      <Glyph kind="unknown" />
      <Line text={learntText(source, ended)} limit={200} />
    </div>
  )
}
