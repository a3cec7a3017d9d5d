import { useQueries, useQuery } from '@tanstack/react-query'
import { Check, ChevronDown } from 'lucide-react'
import { useState } from 'react'

import { taskSummary, type Facet, type TaskSummary } from '@/api/listing'
import { StateWord } from '@/components/StateWord'
import { Line } from '@/components/Text'
import { countText, whole } from '@/lib/count'
import { toggleValue, valuesOf, withoutField } from '@/lib/search-text'
import { stateLook } from '@/lib/states'
import { oneLine, splitName } from '@/lib/text'

const few = 6

const parts = [
  { field: 'state', title: 'State', of: (s: TaskSummary) => s.states },
  { field: 'name', title: 'Task', of: (s: TaskSummary) => s.names },
  { field: 'queue', title: 'Queue', of: (s: TaskSummary) => s.queues },
  { field: 'worker', title: 'Worker', of: (s: TaskSummary) => s.workers },
] as const

interface RowProps {
  field: string
  value: string
  n: number | null
  exact: boolean
  chosen: boolean
  onToggle: () => void
}

function Row({ field, value, n, exact, chosen, onToggle }: RowProps) {
  const count = n === null ? null : countText({ kind: exact ? 'exact' : 'at_least', value: n })
  const word = field === 'state' ? stateLook(value).word : oneLine(value, 120)
  return (
    <li>
      <button type="button" className="facet" aria-pressed={chosen} aria-label={`${word}${count === null ? '' : `, ${count}`}`} title={oneLine(value, 300)} onClick={onToggle}>
        <span className="box" aria-hidden="true">
          {chosen && <Check className="i" />}
        </span>
        {field === 'state' ? <StateWord state={value} plain /> : <span className="ell"><Line text={field === 'name' ? splitName(value).last : value} limit={80} /></span>}
        <span className={field === 'state' && value === 'FAILURE' && n ? 'n hot' : 'n'}>{count ?? ''}</span>
      </button>
    </li>
  )
}

interface PartProps {
  field: string
  title: string
  facet: Facet | undefined
  search: string
  onSearch: (search: string) => void
}

/** The values of one field: what is chosen first, then the most frequent. */
function Part({ field, title, facet, search, onSearch }: PartProps) {
  const [all, setAll] = useState(false)
  const chosen = valuesOf(search, field)
  const known = (facet?.items ?? []).filter((item): item is { value: string; n: number } => item.value !== null)
  const nobody = facet?.items.find(({ value }) => value === null)?.n ?? 0
  const isChosen = (value: string): boolean => chosen.includes(value) || (field === 'name' && chosen.some((one) => value.endsWith(`.${one}`)))
  const written = (value: string): string => chosen.find((one) => one === value || (field === 'name' && value.endsWith(`.${one}`))) ?? value
  const missing = chosen.filter((value) => !/[*]/.test(value) && !known.some((item) => item.value === value || (field === 'name' && item.value.endsWith(`.${value}`)))).map((value) => ({ value, n: facet?.exact ? 0 : null }))
  const items = [...missing, ...known]
  if (items.length === 0) return null
  const shown = all || field === 'state' ? items : items.filter(({ value }, index) => index < few || isChosen(value))
  const hidden = items.length - shown.length
  return (
    <section className="facets-part" role="group" aria-label={field === 'state' ? 'States' : title}>
      <h2>{title}</h2>
      <ul>
        {shown.map(({ value, n }) => (
          <Row key={value} field={field} value={value} n={n} exact={facet?.exact ?? true} chosen={isChosen(value)} onToggle={() => onSearch(toggleValue(search, field, written(value)))} />
        ))}
      </ul>
      {(hidden > 0 || all) && (
        <button type="button" className="link sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'fewer' : `${whole(hidden)} more`}
          <ChevronDown className="i s" aria-hidden="true" />
        </button>
      )}
      {all && (facet?.others ?? 0) > 0 && <p className="dim sm">and {whole(facet?.others ?? 0)} rarer ones</p>}
      {nobody > 0 && field !== 'state' && <p className="dim sm">{countText({ kind: facet?.exact ? 'exact' : 'at_least', value: nobody })} not known</p>}
    </section>
  )
}

/** What the matches are, counted; the values of a field that is chosen from are counted without that choice. */
export function Facets({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  const base = useQuery(taskSummary(search))
  const chosen = parts.filter(({ field }) => valuesOf(search, field).length > 0)
  const without = useQueries({ queries: chosen.map(({ field }) => taskSummary(withoutField(search, field))) })
  const summaryOf = (field: string): TaskSummary | undefined => {
    const place = chosen.findIndex((part) => part.field === field)
    return place < 0 ? base.data : (without[place]?.data ?? base.data)
  }
  const cut = base.data && !base.data.complete
  return (
    <aside className="facets" aria-label="Narrow down">
      {parts.map(({ field, title, of }) => {
        const summary = summaryOf(field)
        return <Part key={field} field={field} title={title} facet={summary && of(summary)} search={search} onSearch={onSearch} />
      })}
      {cut && <p className="dim sm">≥ is of the newest, as far as half a second of counting went.</p>}
    </aside>
  )
}
