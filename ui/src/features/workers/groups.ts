import type { Workers } from '@/api/types'

type Worker = Workers['items'][number]

export type GroupBy = 'group' | 'host' | 'flat'

export const isGroupBy = (value: unknown): value is GroupBy => value === 'group' || value === 'host' || value === 'flat'

export interface Group {
  key: string
  /** What its workers have in common; null where the list is not grouped. */
  title: string | null
  note: string
  items: Worker[]
  online: number
}

export const isThere = ({ state }: Worker): boolean => state === 'online' || state === 'busy' || state === 'silent'

const keyOf: Record<Exclude<GroupBy, 'flat'>, (worker: Worker) => string> = {
  group: ({ queues }) => [...(queues ?? [])].sort().join(', '),
  host: ({ name }) => (name.includes('@') ? name.slice(name.indexOf('@') + 1) : ''),
}

const titles: Record<Exclude<GroupBy, 'flat'>, { note: string; none: string }> = {
  group: { note: '', none: 'Queues not known' },
  host: { note: 'host', none: 'No host in the name' },
}

/** The natural order of names: `mail-2` before `mail-10`. */
const collator = new Intl.Collator('en', { numeric: true })

/** Workers that consume the same queues, or share a host; each group in the order of names. */
export function groups(items: readonly Worker[], by: GroupBy): Group[] {
  const ordered = [...items].sort((a, b) => collator.compare(a.name, b.name))
  if (by === 'flat') return [{ key: '', title: null, note: '', items: ordered, online: ordered.filter(isThere).length }]
  const found = new Map<string, Worker[]>()
  for (const worker of ordered) {
    const key = keyOf[by](worker)
    const there = found.get(key)
    if (there) there.push(worker)
    else found.set(key, [worker])
  }
  const { note, none } = titles[by]
  return [...found]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : collator.compare(a, b)))
    .map(([key, workers]) => ({ key, title: key === '' ? none : key, note, items: workers, online: workers.filter(isThere).length }))
}
