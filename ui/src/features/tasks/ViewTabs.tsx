import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Bookmark } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'

import { savedViews, taskCounts } from '@/api/listing'
import type { Count } from '@/api/types'
import { Line } from '@/components/Text'
import { whole } from '@/lib/count'

import { current, usual, viewOf, type Now } from './views'

const SaveDialog = lazy(async () => ({ default: (await import('./SaveDialog')).SaveDialog }))

/** Tabs whose number is bad news. */
const hot = new Set(['failed', 'lost'])

const short = (count: Count | undefined): string => {
  if (count?.value == null) return ''
  const text = count.value >= 1e6 ? `${(count.value / 1e6).toFixed(1)} M` : whole(count.value)
  return count.kind === 'at_least' ? `≥ ${text}` : text
}

interface ViewTabsProps {
  now: Now
  opened: string | undefined
  /** The list is there: what comes with it may be asked for. */
  ready: boolean
  onMenu: (open: boolean) => void
}

/** Searches with a name, and how many tasks each finds now. */
export function ViewTabs({ now, opened, ready, onMenu }: ViewTabsProps) {
  const [saving, setSaving] = useState(false)
  const saved = useQuery(savedViews)
  const views = useMemo(() => [...usual, ...(saved.data?.items ?? []).map(viewOf)], [saved.data])
  const counted = useMemo(() => views.filter(({ id }) => id !== 'all').slice(0, 40), [views])
  const counts = useQuery({ ...taskCounts(counted.map(({ search }) => search)), enabled: ready })
  const { view: here, changed } = current(views, opened, now)
  const count = (id: string): Count | undefined => counts.data?.items[counted.findIndex((view) => view.id === id)]?.total
  const setOpen = (open: boolean) => {
    setSaving(open)
    onMenu(open)
  }
  return (
    <nav className="views" aria-label="Views">
      <span className="views-tabs">
        {views.map(({ id, name, search, sort, columns, saved: own }) => {
          const total = count(id)
          const isHere = here?.id === id
          return (
            <Link key={id} to="/tasks" search={(old: object) => ({ ...old, search: search || undefined, sort, ...(columns ? { columns } : {}), view: own ? id : undefined })} activeOptions={{ exact: true, explicitUndefined: true }} className={`${isHere ? 'here ' : ''}${hot.has(id) && (total?.value ?? 0) > 0 ? 'hot' : ''}${isHere && changed ? ' changed' : ''}`} title={own?.shared ? `Shared${own.owner ? ` by ${own.owner}` : ''}` : undefined} resetScroll={false}>
              <Line text={name} limit={60} /> {total && <b>{short(total)}</b>}
              {isHere && changed && <em>not saved</em>}
            </Link>
          )
        })}
        {!here && (
          <span className="here" aria-current="page">
            This search <em>not saved</em>
          </span>
        )}
      </span>
      <button type="button" className="btn gh no-m" onClick={() => setOpen(true)}>
        <Bookmark className="i" />
        {here?.saved ? 'This view' : 'Save view'}
      </button>
      <Suspense>{saving && saved.data && <SaveDialog now={now} view={here?.saved ?? null} rights={saved.data} onClose={() => setOpen(false)} />}</Suspense>
    </nav>
  )
}
