import type { Gap, Sort, TaskRow } from '@/api/types'
import { GapLine } from '@/components/GapLine'
import { Glyph } from '@/components/Glyph'
import { plural } from '@/lib/count'
import { useNow } from '@/lib/clock'

import { gapsAmong } from './gaps'

interface GapNoteProps {
  rows: readonly TaskRow[]
  gaps: readonly Gap[]
  sort: Sort
}

/** Says quietly that the list may not show all: in its time events could not be seen. */
export function GapNote({ rows, gaps, sort }: GapNoteProps) {
  const among = gapsAmong(rows, gaps, sort, useNow())
  const newest = among.at(-1)
  if (!newest) return null
  const more = among.length - 1
  return (
    <p className="gapnote">
      <Glyph kind="unknown" />
      <span>
        <GapLine gap={newest} />
        {more > 0 && ` (and ${plural(more, 'more time')} in this list)`}
      </span>
    </p>
  )
}
