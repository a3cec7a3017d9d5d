import type { Doubt } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { plural } from '@/lib/count'
import { sentenceOf } from '@/lib/text'

const shown = 20

function Named({ doubt: { workers, workers_left_out: leftOut } }: { doubt: Doubt }) {
  if (workers.length < 4) return null
  const more = leftOut + workers.length - shown
  return (
    <details className="names">
      <summary>All {plural(workers.length + leftOut, 'worker')}</summary>
      <ul>
        {workers.slice(0, shown).map((name) => (
          <li key={name}>
            <Line text={name} limit={120} />
          </li>
        ))}
        {more > 0 && <li className="dim">and {plural(more, 'more', 'more')}</li>}
      </ul>
    </details>
  )
}

/** What limits what Umbel can see, the worst first, each with its evidence and what to do. */
export function Doubts({ items }: { items: readonly Doubt[] }) {
  if (items.length === 0) return null
  return (
    <section className="panel mt16" aria-label="What limits Umbel">
      {items.map((doubt) => (
        <div className="att" key={doubt.code}>
          <Glyph kind={doubt.severity === 'info' ? 'unknown' : doubt.severity} />
          <h2 className="t">
            <Line text={sentenceOf(doubt.text)} limit={500} />
          </h2>
          <div className="e">
            <Line text={sentenceOf(doubt.advice)} limit={500} />
            <Named doubt={doubt} />
          </div>
        </div>
      ))}
    </section>
  )
}
