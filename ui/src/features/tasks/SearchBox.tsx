import { Search, X } from 'lucide-react'
import { useId, useRef, useState, type KeyboardEvent } from 'react'

import type { Problem } from '@/api/types'
import { Line } from '@/components/Text'
import { useKey } from '@/lib/keys'
import { chips, join, removeToken, tokenAt, type Token } from '@/lib/search-text'
import { harmless, sentenceOf } from '@/lib/text'

import { SearchHelp } from './SearchHelp'
import { SuggestionList } from './SuggestionList'
import { suggestions, type Known } from './suggestions'
import { useDraft } from './draft'

interface SearchBoxProps {
  search: string
  problem: Problem | null
  known: Known
  onSearch: (search: string, options: { replace: boolean }) => void
}

const lastWord = (text: string): string => /(?:[^\s"]|"[^"]*"?)*$/.exec(text)?.[0] ?? ''

/** The search text as chips and the part that is being written; the whole of it is the page's address. */
export function SearchBox({ search, problem, known, onSearch }: SearchBoxProps) {
  const draft = useDraft(search, onSearch)
  const { chips: done, rest } = chips(draft.committed)
  const text = draft.writing ?? rest
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const [help, setHelp] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  useKey('search', () => input.current?.focus())

  const base = text === rest && draft.writing === null ? join(done.map((t) => t.text)) : draft.base
  const word = lastWord(text)
  const offers = open ? suggestions(word, known, base === '' && text === word) : []
  const wrong = problem?.position == null ? null : tokenAt(search, problem.position)

  const write = (next: string) => {
    // a space after a whole condition makes it a chip
    const ended = /\s$/.test(next) ? chips(next) : null
    if (ended && ended.chips.length > 0) draft.write(join([base, ...ended.chips.map((t) => t.text)]), ended.rest)
    else draft.write(base, next)
    setActive(-1)
    setOpen(true)
  }
  const choose = (index: number) => {
    const offer = offers[index]
    if (!offer) return
    const next = text.slice(0, text.length - word.length) + offer.insert
    if (offer.open) write(next)
    else draft.commit(join([base, next]))
    setActive(-1)
    input.current?.focus()
  }
  const remove = (token: Token) => draft.commit(join([removeToken(join(done.map((t) => t.text)), token), text]))
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const last = done.at(-1)
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      setActive((old) => (event.key === 'ArrowDown' ? Math.min(old + 1, offers.length - 1) : Math.max(old - 1, -1)))
    } else if (event.key === 'Tab' && !event.shiftKey && offers.length > 0 && text !== '') {
      event.preventDefault()
      choose(Math.max(active, 0))
    } else if (event.key === 'Enter') {
      if (active >= 0) choose(active)
      else {
        draft.commit(join([base, text]))
        setOpen(false)
      }
    } else if (event.key === 'Escape') {
      event.preventDefault()
      if (offers.length > 0) setOpen(false)
      else input.current?.blur()
    } else if (event.key === 'Backspace' && text === '' && last) {
      event.preventDefault()
      draft.write(join(done.slice(0, -1).map((t) => t.text)), last.text)
    }
  }

  return (
    <div className="searchbox">
      <div className="search" role="search">
        <Search className="i" aria-hidden="true" />
        {done.map((token) => (
          <span key={`${token.start}-${token.text}`} className={wrong?.text === token.text ? 'tok bad' : 'tok'}>
            <span className="ell">
              <span>{token.negated ? '-' : ''}{token.field}:</span>
              <Line text={token.value} limit={80} />
            </span>
            <button type="button" aria-label={`Remove ${harmless(token.text)}`} onClick={() => remove(token)}>
              <X className="i" />
            </button>
          </span>
        ))}
        <span className="write">
          {wrong && text.includes(wrong.text) && draft.writing === null && (
            <span className="under" aria-hidden="true">
              {text.slice(0, text.indexOf(wrong.text))}
              <u>{wrong.text}</u>
            </span>
          )}
          <input
            ref={input}
            value={text}
            role="combobox"
            aria-label="Search tasks"
            aria-expanded={offers.length > 0}
            aria-controls={`${id}-list`}
            aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
            aria-autocomplete="list"
            aria-invalid={problem !== null || undefined}
            aria-describedby={problem ? `${id}-problem` : undefined}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            placeholder={done.length === 0 ? 'kwargs.escalation_id:789, runtime:>5s, "rate limit"' : ''}
            onChange={(event) => write(event.target.value)}
            onFocus={() => setOpen(true)}
            onBlur={() => {
              setOpen(false)
              draft.settle()
            }}
            onKeyDown={onKeyDown}
          />
        </span>
        <kbd className="no-m">/</kbd>
        <button type="button" className="btn gh no-m" onClick={() => setHelp(true)}>
          Help
        </button>
      </div>
      {offers.length > 0 && <SuggestionList id={id} offers={offers} active={active} part={word.slice(word.lastIndexOf(':') + 1)} onChoose={choose} />}
      {problem && (
        <p className="searchproblem c-failure" id={`${id}-problem`} role="alert">
          <Line text={sentenceOf(problem.detail)} limit={400} />
        </p>
      )}
      {help && <SearchHelp onClose={() => setHelp(false)} />}
    </div>
  )
}
