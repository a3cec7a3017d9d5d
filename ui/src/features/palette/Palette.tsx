import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useDeferredValue, useEffect, useId, useState, type KeyboardEvent } from 'react'

import { get } from '@/api/client'
import { failures } from '@/api/failures'
import { savedViews } from '@/api/listing'
import { useLive } from '@/api/live-context'
import { taskNames, workers } from '@/api/queries'
import { queues } from '@/api/queues'
import type { TaskPage } from '@/api/types'
import { Dialog } from '@/components/Dialog'
import { heldKeys, letKeysGo } from '@/lib/keys'
import { quote } from '@/lib/search-text'

import { entries, isId, type Entry, type Page, type Places } from './entries'

function useFound(text: string) {
  const search = isId(text) ? `id:${text.length >= 36 ? text : `${text}*`}` : quote(text)
  return useQuery({
    queryKey: ['palette', search],
    queryFn: async ({ signal }) => (await get<TaskPage>('tasks', { search, limit: 5 }, signal)).items,
    enabled: text.length >= 3,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    retry: false,
  })
}

/** What is known by name: read once, while the palette is open. */
function usePlaces(pages: readonly Page[], text: string): Places {
  const names = useQuery(taskNames)
  const crew = useQuery(workers)
  const backlog = useQuery({ ...queues, retry: false })
  const groups = useQuery({ ...failures('open'), refetchInterval: false })
  const views = useQuery({ ...savedViews, retry: false })
  const found = useFound(text)
  return {
    pages,
    names: names.data,
    workers: (crew.data?.items ?? []).map(({ name }) => name),
    queues: (backlog.data?.items ?? []).map(({ name }) => name),
    failures: groups.data?.items ?? [],
    views: (views.data?.items ?? []).map(({ id, name, search }) => ({ id, name, search })),
    found: text.length >= 3 ? (found.data ?? []) : [],
  }
}

export function Palette({ pages, onClose }: { pages: readonly Page[]; onClose: () => void }) {
  const [typed, setTyped] = useState(heldKeys)
  useEffect(letKeysGo, [])
  const [active, setActive] = useState(0)
  const navigate = useNavigate()
  const live = useLive()
  const id = useId()
  const text = useDeferredValue(typed.trim())
  const offers = entries(typed, usePlaces(pages, text), {
    toTasks: (search) => void navigate({ to: '/tasks', search: search ? { search } : {} }),
    toTask: (task) => void navigate({ to: '/tasks/$id', params: { id: task } }),
    toWorker: (name) => void navigate({ to: '/workers/$name', params: { name } }),
    toQueue: (name) => void navigate({ to: '/queues/$name', params: { name } }),
    toFailure: (group) => void navigate({ to: '/failures/$id', params: { id: group } }),
    pause: () => live.pause(!live.paused.get()),
  })
  const at = Math.min(active, offers.length - 1)

  const open = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setActive((at + (event.key === 'ArrowDown' ? 1 : -1) + offers.length) % Math.max(1, offers.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      open(offers[at])
    }
  }

  return (
    <Dialog title="Search, jump, do" className="pal" bare onClose={onClose}>
      <div className="in">
        <Search className="i" aria-hidden="true" />
        <input
          autoFocus
          value={typed}
          role="combobox"
          aria-label="Search, jump, do"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={offers[at] ? `${id}-${at}` : undefined}
          placeholder="A page, a task, worker, queue, failure, an id"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value)
            setActive(0)
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="opts" role="listbox" id={`${id}-list`} aria-label="Offers">
        {offers.map((entry, index) => (
          <div key={entry.id} role="presentation">
            {entry.group !== offers[index - 1]?.group && <div className="h" role="presentation">{entry.group}</div>}
            <div className="o" role="option" id={`${id}-${index}`} aria-selected={index === at} onPointerMove={() => setActive(index)} onClick={() => open(entry)}>
              <entry.icon className="i" aria-hidden="true" />
              <bdi className="ell">{entry.label}</bdi>
              <span className="e">{entry.note}</span>
            </div>
          </div>
        ))}
        {offers.length === 0 && <p className="none">Nothing of that name.</p>}
      </div>
      <div className="ft no-m">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> choose
        </span>
        <span>
          <kbd>Enter</kbd> open
        </span>
      </div>
    </Dialog>
  )
}
