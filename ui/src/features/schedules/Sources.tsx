import type { ScheduleSummary } from '@/api/schedules'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Age } from '@/components/Time'
import { plural } from '@/lib/count'
import { sentenceOf } from '@/lib/text'

import { sourceWord } from './words'

/** Where the entries are read, when last, and what could not be. */
export function Sources({ sources }: { sources: ScheduleSummary['sources'] }) {
  return (
    <div className="panel">
      {sources.map((source) => (
        <div className="att" key={`${source.kind} ${source.place}`}>
          {source.error ? <Glyph kind="warning" /> : <span />}
          <h3 className="t sm">
            {sourceWord(source.kind)} <span className="dim fw4"><Line text={source.place} limit={120} /></span>
          </h3>
          <p className="e">
            {source.read_at ? <>{plural(source.entries, 'entry', 'entries')}, read <Age at={source.read_at} /> ago. </> : 'Nothing was read yet. '}
            {source.note && <><Line text={sentenceOf(source.note)} limit={200} /> </>}
            {source.error && <span className="c-warning"><Line text={sentenceOf(source.error)} limit={400} /></span>}
          </p>
        </div>
      ))}
    </div>
  )
}
