import { ChevronDown, Clock } from 'lucide-react'
import { useState, type SyntheticEvent } from 'react'

import { Dialog } from '@/components/Dialog'
import { Menu, MenuChoice, MenuItem, MenuLine } from '@/components/Menu'
import { clockOf, dayOf } from '@/lib/instant'
import { usePreferences } from '@/lib/preferences'
import { chosen, presets, usualRange, type Range, type RangeSearch } from '@/lib/range'

interface RangePickerProps {
  search: RangeSearch
  range: Range
  usual?: string
  onChange: (search: RangeSearch) => void
}

const date = (seconds: number): Date => new Date(seconds * 1000)

/** `Last 3 hours`, or `21 Nov 14:05 to 16:20`. */
export function rangeLabel({ label, since, until }: Range, utc: boolean): string {
  if (label !== null) return label
  const [first, last] = [dayOf(date(since), utc), dayOf(date(until), utc)]
  return `${first} ${clockOf(date(since), utc)} to ${first === last ? '' : `${last} `}${clockOf(date(until), utc)}${utc ? ' UTC' : ''}`
}

/** What an input of the browser takes: the local time, or that of UTC. */
function inputValue(seconds: number, utc: boolean): string {
  const shifted = utc ? seconds : seconds - date(seconds).getTimezoneOffset() * 60
  return date(shifted).toISOString().slice(0, 16)
}

function Custom({ range, onClose, onChange }: { range: Range; onClose: () => void; onChange: (search: RangeSearch) => void }) {
  const { utc } = usePreferences()
  const [from, setFrom] = useState(inputValue(range.since, utc))
  const [to, setTo] = useState(inputValue(range.until, utc))
  const seconds = (text: string): number => Date.parse(utc ? `${text}Z` : text) / 1000
  const isRight = seconds(to) - seconds(from) >= 60
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    if (!isRight) return
    onChange(chosen(seconds(from), seconds(to)))
    onClose()
  }
  return (
    <Dialog title="A time of your own" onClose={onClose}>
      <form onSubmit={submit}>
        <p>Times are {utc ? 'UTC' : 'those of this browser'}.</p>
        <div className="range-ends">
          <label>
            From
            <input type="datetime-local" value={from} onChange={({ target }) => setFrom(target.value)} />
          </label>
          <label>
            To
            <input type="datetime-local" value={to} onChange={({ target }) => setTo(target.value)} />
          </label>
        </div>
        {!isRight && <p role="alert">The end must be at least a minute after the beginning.</p>}
        <div className="row mt16">
          <span className="sp" />
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="btn pri" disabled={!isRight}>
            Show this time
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** The span that all charts of a page share. */
export function RangePicker({ search, range, usual = usualRange, onChange }: RangePickerProps) {
  const { utc } = usePreferences()
  const [custom, setCustom] = useState(false)
  const label = rangeLabel(range, utc)
  return (
    <>
      <Menu
        label="Time range"
        trigger={
          <button type="button" className="btn" aria-label={`Time range: ${label}`}>
            <Clock className="i" aria-hidden="true" />
            {label}
            <ChevronDown className="i" aria-hidden="true" />
          </button>
        }
      >
        <MenuChoice value={range.live ? (search.range ?? usual) : ''} options={presets.map(({ name, label: text }) => ({ value: name, label: text }))} onChange={(name) => onChange({ range: name === usual ? undefined : name, from: undefined, to: undefined })} />
        <MenuLine />
        <MenuItem onSelect={() => setCustom(true)}>
          <span className="tick" />
          From … to …
        </MenuItem>
      </Menu>
      {custom && <Custom range={range} onClose={() => setCustom(false)} onChange={onChange} />}
    </>
  )
}
