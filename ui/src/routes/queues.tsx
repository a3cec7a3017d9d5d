import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Inbox, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import { useTopic } from '@/api/live-context'
import { health, me, workers } from '@/api/queries'
import { queues, type Queue } from '@/api/queues'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones, Nil } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { ActButton } from '@/features/actions/ActButton'
import { workerAction } from '@/features/actions/actions'
import { QueueActions } from '@/features/actions/QueueActions'
import { Alone } from '@/features/queues/Alone'
import { BrokerStrip } from '@/features/queues/Facts'
import { BrokerNotes } from '@/features/queues/Notes'
import { QueueTable } from '@/features/queues/QueueTable'
import { queuesAnswer } from '@/features/queues/words'
import { plural, whole } from '@/lib/count'

import '@/features/queues/queues.css'

const CommandDialog = lazy(async () => ({ default: (await import('@/features/actions/CommandDialog')).CommandDialog }))

const route = getRouteApi('/queues')
/** From so many queues on there is a box to find one. */
const many = 12

/** Lets the workers that are there take from a queue that nobody consumes. */
function AddConsumer({ queue }: { queue: string }) {
  const { data: reader } = useQuery(me)
  const { data } = useQuery(workers)
  const [isOpen, setOpen] = useState(false)
  const online = (data?.items ?? []).filter(({ state }) => state === 'online').map(({ name }) => name)
  if (online.length === 0) return null
  const action = workerAction('add_consumer', online)
  const filled = { ...action, fields: action.fields.map((field) => (field.name === 'queue' ? { ...field, initial: queue } : field)) }
  return (
    <>
      <ActButton me={reader} onPress={() => setOpen(true)}>
        <Plus className="i" />
        Add consumer…
      </ActButton>
      <Suspense>{isOpen && <CommandDialog action={filled} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}

/** What can be done to a queue. */
export function Actions({ queue }: { queue: Queue }) {
  const { data: reader } = useQuery(me)
  return (
    <>
      {queue.consuming === 'no' && <AddConsumer queue={queue.name} />}
      <QueueActions queue={queue.name} me={reader} />
    </>
  )
}

function note(items: readonly Queue[]): string {
  const untold = items.filter(({ oldest_at: at, ready }) => at === null && (ready ?? 0) > 0)
  if (untold.length === 0) return 'as the broker and the workers tell'
  return `how old the oldest message is, is not known of ${plural(untold.length, 'queue')}: the dash says why`
}

export function QueuesRoute() {
  useTopic('queues')
  const { open, find = '', sort } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(queues)
  const self = useQuery(health)
  const answer = data ? queuesAnswer(data) : null
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Queues, ${self.data?.cluster ?? 'Umbel'}`)
  const set = (given: { open?: string | undefined; find?: string | undefined; sort?: typeof sort }): void => void navigate({ search: (old) => ({ ...old, ...given }), replace: true, resetScroll: false })

  if (error && !data) return <ErrorNote title="The queues did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  const all = data?.items ?? []
  const shown = all.filter(({ name }) => name.toLowerCase().includes(find.toLowerCase()))
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Queues'}>
        {answer?.note ?? '\u00a0'}
      </Answer>
      {data?.broker && <BrokerStrip broker={data.broker} />}
      {data?.broker && <BrokerNotes broker={data.broker} />}
      {data && <Alone items={all} action={({ name }) => <AddConsumer queue={name} />} />}
      <Section
        title="Queues"
        note={data ? note(all) : undefined}
        end={
          <Link className="btn gh" to="/broker">
            The broker
          </Link>
        }
      >
        {(all.length >= many || find !== '') && (
          <div className="tbar finder">
            <input className="find" type="search" aria-label="Find a queue" placeholder="Find a queue" value={find} onChange={({ target }) => set({ find: target.value === '' ? undefined : target.value })} />
            <span className="note">{find === '' ? '' : `${whole(shown.length)} of ${plural(all.length, 'queue')}`}</span>
          </div>
        )}
        {!data ? (
          <div className="panel">
            <Bones widths={[82, 64, 74, 48]} />
          </div>
        ) : shown.length > 0 ? (
          <QueueTable items={shown} open={open} onOpen={(name) => set({ open: name })} sort={sort} onSort={(by) => set({ sort: by })} actions={(queue) => <Actions queue={queue} />} />
        ) : (
          <div className="panel">
            <Nil icon={<Inbox className="i" aria-hidden="true" />} title={find === '' ? 'No queue is known yet' : 'No queue has that in its name'}>
              {find === '' ? 'Queues are known from workers that consume them, from sent events, from the application, and from --watch-queues. On RabbitMQ the management API lists all.' : 'Only the part of the name that you typed is looked for.'}
            </Nil>
          </div>
        )}
        {data?.cut && <p className="sm dim mt8">Only {whole(all.length)} of {whole(data.total)} queues are listed, the worst and the longest of them.</p>}
      </Section>
    </>
  )
}
