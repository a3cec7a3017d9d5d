import { useState } from 'react'

import type { Attention, Concern } from '@/api/attention'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { plural } from '@/lib/count'

import { PlaceLink } from './PlaceLink'
import { placeOf } from './words'

const Since = ({ at }: { at: string }) => (
  <span className="since">
    since <Time at={at} />, <Age at={at} />
  </span>
)

function Grave({ concern }: { concern: Concern }) {
  const { place, verb } = placeOf(concern)
  return (
    <li className="att">
      <Glyph kind={concern.level} />
      <div className="t">
        <PlaceLink place={place} className="q clamp2">
          <Line text={concern.title} limit={400} />
        </PlaceLink>
        {concern.since && <Since at={concern.since} />}
      </div>
      <div className="e clamp2">
        <Line text={concern.text} limit={500} />
      </div>
      <div className="a">
        <PlaceLink place={place} className="btn">
          {verb}
        </PlaceLink>
      </div>
    </li>
  )
}

const Watched = ({ concern }: { concern: Concern }) => (
  <li>
    <PlaceLink place={placeOf(concern).place}>
      <Glyph kind={concern.level} />
      <span>
        <span className="clamp2">
          <Line text={concern.title} limit={300} />
        </span>
        <span className="s clamp2">
          <Line text={concern.text} limit={300} />
        </span>
      </span>
    </PlaceLink>
  </li>
)

/** So many of each kind are shown at first: with more the figures below would be out of sight. */
const graveShown = 4
const watchShown = 6

/** What is wrong: what needs somebody now at the left, what to watch beside it. Nothing where nothing is. */
export function Concerns({ attention }: { attention: Attention }) {
  const grave = attention.items.filter(({ level }) => level === 'critical')
  const watch = attention.items.filter(({ level }) => level === 'warning')
  const [isOpen, setOpen] = useState(false)
  if (attention.items.length === 0) return null
  const hidden = Math.max(0, grave.length - graveShown) + Math.max(0, watch.length - watchShown)
  const some = <T,>(all: readonly T[], most: number): readonly T[] => (isOpen ? all : all.slice(0, most))
  return (
    <div className={grave.length > 0 && watch.length > 0 ? 'grid g-21 mt16' : 'mt16'}>
      {grave.length > 0 && (
        <ul className="panel" aria-label="Needs attention">
          {some(grave, graveShown).map((concern) => (
            <Grave key={`${concern.code} ${concern.subject ?? ''}`} concern={concern} />
          ))}
        </ul>
      )}
      {watch.length > 0 && (
        <ul className={grave.length > 0 ? 'panel watch' : 'panel watch wide'} aria-label="To watch">
          {some(watch, watchShown).map((concern) => (
            <Watched key={`${concern.code} ${concern.subject ?? ''}`} concern={concern} />
          ))}
        </ul>
      )}
      {hidden > 0 && (
        <button type="button" className="btn unfold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Show fewer' : `Show ${hidden} more`}
        </button>
      )}
      {attention.left_out > 0 && <p className="dim sm">{plural(attention.left_out, 'more thing')} of that kind {attention.left_out === 1 ? 'is' : 'are'} not listed.</p>}
    </div>
  )
}
