import { harmless } from '@/lib/text'

import type { Suggestion } from './suggestions'

interface SuggestionListProps {
  id: string
  offers: readonly Suggestion[]
  active: number
  part: string
  onChoose: (index: number) => void
}

function Marked({ text, part }: { text: string; part: string }) {
  const at = part === '' ? -1 : text.toLowerCase().indexOf(part.toLowerCase())
  if (at < 0) return <>{text}</>
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + part.length)}</mark>
      {text.slice(at + part.length)}
    </>
  )
}

export function SuggestionList({ id, offers, active, part, onChoose }: SuggestionListProps) {
  return (
    <div className="offers">
      <ul role="listbox" id={`${id}-list`} aria-label="Suggestions">
        {offers.map((offer, index) => (
          <li
            key={offer.insert}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => {
              event.preventDefault()
              onChoose(index)
            }}
          >
            <bdi className="ell">
              <Marked text={harmless(offer.label)} part={part} />
            </bdi>
            <span className="e">{offer.note}</span>
          </li>
        ))}
      </ul>
      <p className="foot dim sm">
        <kbd>↑</kbd> <kbd>↓</kbd> choose <span className="sp" />
        <kbd>Tab</kbd> completes
      </p>
    </div>
  )
}
