import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { CalendarClock } from 'lucide-react'

import { health, me } from '@/api/queries'
import { scheduleList, timeline, troubled, type Order, type ScheduleEntry, type Show } from '@/api/schedules'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones, Nil } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { RunEntry } from '@/features/actions/RunEntry'
import { Attention } from '@/features/schedules/Attention'
import { EntryTable } from '@/features/schedules/EntryTable'
import { Sources } from '@/features/schedules/Sources'
import { Timeline } from '@/features/schedules/Timeline'
import { schedulesAnswer, sourceWord, startOfDay } from '@/features/schedules/words'
import { useNow } from '@/lib/clock'
import { plural, whole } from '@/lib/count'
import { usePreferences } from '@/lib/preferences'

import '@/features/schedules/schedules.css'

interface Chosen {
  find?: string | undefined
  entries?: 'troubled' | 'archived' | undefined
  order?: 'name' | 'next' | undefined
}

const here = getRouteApi('/schedules')
const shows: { value: Show; label: string }[] = [
  { value: 'active', label: 'All' },
  { value: 'troubled', label: 'In trouble' },
  { value: 'archived', label: 'Gone' },
]
const orders: { value: Order; label: string }[] = [
  { value: 'trouble', label: 'Trouble first' },
  { value: 'next', label: 'Next first' },
  { value: 'name', label: 'By name' },
]

export function SchedulesRoute() {
  const { find: text = '', entries: show = 'active', order: by = 'trouble' } = here.useSearch()
  const navigate = here.useNavigate()
  const { utc } = usePreferences()
  const since = startOfDay(useNow(), utc)
  const list = useInfiniteQuery(scheduleList(text, show, by, since))
  const bad = useQuery(troubled(since))
  const times = useQuery(timeline)
  const reader = useQuery(me)
  const self = useQuery(health)
  const page = list.data?.pages[0]
  const answer = page ? schedulesAnswer(page) : null
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Schedule, ${self.data?.cluster ?? 'Umbel'}`)
  const runNow = (className?: string) => (entry: ScheduleEntry) => (entry.archived_at ? null : <RunEntry id={entry.id} name={entry.name} me={reader.data} className={className} />)

  if (list.error && !page) return <ErrorNote title="The schedule did not come" detail={`${list.error.message}. Nothing is lost: runs are judged all the same.`} onRetry={() => void list.refetch()} />
  if (!page) return <div className="panel"><Bones widths={[82, 64, 74, 48]} /></div>
  const entries = list.data?.pages.flatMap(({ items }) => items) ?? []
  const { counts, sources } = page.summary
  const known = counts.active + counts.paused + counts.bad + counts.archived
  if (known === 0)
    return (
      <>
        <Answer title="No schedule is known">{sources.some(({ error }) => error) ? 'A source could not be read; see below.' : 'Umbel looks for one by itself, and says here where it looked.'}</Answer>
        <div className="panel mt16">
          <Nil icon={<CalendarClock className="i" />} title="Nothing tells what should run and when">
            The beat_schedule of the application is read from a worker once one is online, RedBeat&apos;s from the broker&apos;s Redis. Beat&apos;s own file needs --schedule-file, django-celery-beat --schedule-database. Without any of them
            Umbel learns the rhythm of tasks that come regularly.
          </Nil>
        </div>
        {sources.length > 0 && <Section title="Sources"><Sources sources={sources} /></Section>}
      </>
    )
  const kept = [...new Set(sources.filter(({ entries: n }) => n > 0).map(({ kind }) => sourceWord(kind)))].join(', ')
  const set = (changed: Chosen) => void navigate({ search: (old) => ({ ...old, ...changed }), replace: true })
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Schedule'}>
        {answer?.note === '' ? '\u00a0' : answer?.note}
      </Answer>
      <Attention beat={page.summary.beat} entries={bad.data?.items ?? []} total={bad.data?.total ?? 0} runNow={runNow()} />
      {times.data && times.data.rows.length > 0 && (
        <Section title="The last 12 hours and the next 24">
          <Timeline times={times.data} />
        </Section>
      )}
      <Section
        title="Entries"
        note={`${whole(counts.active)} active${counts.paused > 0 ? `, ${whole(counts.paused)} paused` : ''}${counts.bad > 0 ? `, ${whole(counts.bad)} with a wrong expression` : ''}${kept ? `, from ${kept}` : ''}`}
        end={
          <span className="sch-tools">
            <input type="search" value={text} placeholder="Name or task" aria-label="Find entries by name or task" onChange={(event) => set({ find: event.target.value === '' ? undefined : event.target.value })} />
            <span className="seg" role="group" aria-label="Which entries">
              {shows.map(({ value, label }) => (
                <button key={value} type="button" aria-pressed={show === value} onClick={() => set({ entries: value === 'active' ? undefined : value })}>
                  {label}
                </button>
              ))}
            </span>
            <select value={by} aria-label="Order" onChange={(event) => set({ order: event.target.value === 'name' || event.target.value === 'next' ? event.target.value : undefined })}>
              {orders.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </span>
        }
      >
        {entries.length > 0 ? (
          <EntryTable entries={entries} runNow={runNow('gh')} />
        ) : (
          <div className="panel">
            <Nil icon={<CalendarClock className="i" />} title={show === 'troubled' ? 'No entry is in trouble' : show === 'archived' ? 'No entry has gone' : 'No entry matches'}>
              {text ? `Names and tasks were searched for “${text.slice(0, 80)}”.` : 'Every entry that a source told of was looked at.'}
            </Nil>
          </div>
        )}
        {list.hasNextPage && (
          <p className="mt8">
            <button type="button" className="btn" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              Show more, {plural(page.total - entries.length, 'entry is', 'entries are')} left
            </button>
          </p>
        )}
      </Section>
      <Section title="Sources" note="read again every half a minute; nothing is ever written there">
        <Sources sources={sources} />
      </Section>
    </>
  )
}
