import type { TaskRow } from '@/api/types'
import { parseRepr, type Value } from '@/lib/repr'

export interface ArgumentValue {
  text: string
  tasks: number
  failed: number
  meanS: number | null
}

export interface ArgumentUse {
  /** The name of a keyword argument, or the place of a positional one, the first is 1. */
  name: string
  tasks: number
  /** The most frequent first. */
  values: ArgumentValue[]
  /** How many values there are besides. */
  others: number
}

export interface Breakdown {
  lookedAt: number
  /** Tasks whose arguments were cut, or are no plain values. */
  unread: number
  uses: ArgumentUse[]
}

const valuesShown = 5
const textLength = 80

function written(value: Value): string {
  switch (value.kind) {
    case 'gap':
      return '…'
    case 'string':
      return value.text.slice(0, textLength)
    case 'atom':
    case 'opaque':
      return value.text.slice(0, textLength)
    case 'list':
      return `a list of ${value.items.length}`
    case 'dict':
      return `a dict of ${value.entries.length}`
    case 'call':
      return `${value.name}(…)`.slice(0, textLength)
  }
}

/** The arguments of one task by name or place; null where they cannot be read. */
function given({ args, kwargs, cut }: TaskRow): [string, string][] | null {
  if (cut.includes('args') || cut.includes('kwargs') || (args === null && kwargs === null)) return null
  const positional = args ? parseRepr(args) : null
  const keyword = kwargs ? parseRepr(kwargs) : null
  if ((args && positional?.kind !== 'list') || (kwargs && keyword?.kind !== 'dict')) return null
  const found: [string, string][] = []
  if (positional?.kind === 'list') positional.items.forEach((value, index) => found.push([String(index + 1), written(value)]))
  if (keyword?.kind === 'dict') for (const [key, value] of keyword.entries) found.push([written(key), written(value)])
  return found
}

interface Tally {
  tasks: number
  failed: number
  runs: number
  ranS: number
}

function add(values: Map<string, Tally>, text: string, row: TaskRow): void {
  const tally = values.get(text) ?? { tasks: 0, failed: 0, runs: 0, ranS: 0 }
  tally.tasks += 1
  if (row.state === 'FAILURE') tally.failed += 1
  if (row.runtime_s !== null) {
    tally.runs += 1
    tally.ranS += row.runtime_s
  }
  values.set(text, tally)
}

/** With which arguments tasks were called, how often each failed, and how long it took. */
export function breakdown(rows: readonly TaskRow[]): Breakdown {
  const uses = new Map<string, Map<string, Tally>>()
  let unread = 0
  for (const row of rows) {
    const all = given(row)
    if (all === null) unread += 1
    for (const [name, text] of all ?? []) {
      const values = uses.get(name) ?? new Map<string, Tally>()
      add(values, text, row)
      uses.set(name, values)
    }
  }
  return {
    lookedAt: rows.length,
    unread,
    uses: [...uses].map(([name, values]) => {
      const sorted = [...values].sort(([a, x], [b, y]) => y.tasks - x.tasks || a.localeCompare(b))
      return {
        name,
        tasks: sorted.reduce((sum, [, { tasks }]) => sum + tasks, 0),
        values: sorted.slice(0, valuesShown).map(([text, { tasks, failed, runs, ranS }]) => ({ text, tasks, failed, meanS: runs > 0 ? ranS / runs : null })),
        others: Math.max(0, sorted.length - valuesShown),
      }
    }),
  }
}
