import type { Overview, TaskNames } from '@/api/types'
import { StateWord } from '@/components/StateWord'
import { whole } from '@/lib/count'
import { isFlat, statesIn, toggleState, tokens, withoutStates } from '@/lib/search-text'
import { knownStates, stateLook } from '@/lib/states'

interface StateChipsProps {
  search: string
  overview: Overview | undefined
  names: TaskNames | undefined
  onSearch: (search: string) => void
}

/** Counts by state within the rest of the search, where they are known exactly: for everything, and for one name. */
function counts(search: string, overview: Overview | undefined, names: TaskNames | undefined): Record<string, number> | null {
  const rest = withoutStates(search).trim()
  if (rest === '') return overview?.by_state ?? null
  const [only, ...more] = tokens(rest)
  if (!only || more.length > 0 || !isFlat(rest) || only.negated || (only.field !== 'name' && only.field !== 'task')) return null
  return names?.items.find(({ name }) => name === only.value)?.by_state ?? null
}

export function StateChips({ search, overview, names, onSearch }: StateChipsProps) {
  const chosen = statesIn(search)
  const by = counts(search, overview, names)
  const own = Object.keys(overview?.by_state ?? {}).filter((state) => !(knownStates as readonly string[]).includes(state)) // widened to compare
  const states = [...knownStates, ...own].filter((state) => chosen.includes(state) || (overview?.by_state[state] ?? 0) > 0 || ['STARTED', 'SUCCESS', 'FAILURE'].includes(state))
  return (
    <div className="states" role="group" aria-label="States">
      {states.map((state) => (
        <button type="button" key={state} className="statechip" aria-pressed={chosen.includes(state)} aria-label={`${stateLook(state).word}${by ? `, ${whole(by[state] ?? 0)}` : ''}`} onClick={() => onSearch(toggleState(search, state))}>
          <StateWord state={state} plain />
          {by && <b className={state === 'FAILURE' && (by[state] ?? 0) > 0 ? 'hot' : undefined}>{whole(by[state] ?? 0)}</b>}
        </button>
      ))}
    </div>
  )
}
