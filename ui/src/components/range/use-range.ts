import { useState } from 'react'

import { useNow } from '@/lib/clock'
import { rangeAt, refreshMs, usualRange, type Range, type RangeSearch } from '@/lib/range'

/** The span that the address says. It moves on by steps, so that all charts of a page are of the same span; held, it stands. */
export function useRange(search: RangeSearch, { held = false, usual = usualRange }: { held?: boolean; usual?: string } = {}): Range {
  const now = useNow() / 1000
  const every = refreshMs(rangeAt(search, now, usual))
  const step = every === false ? 60 : every / 1000
  const at = Math.floor(now / step) * step
  const [stood, setStood] = useState(at)
  if (!held && stood !== at) setStood(at)
  return rangeAt(search, held ? stood : at, usual)
}
