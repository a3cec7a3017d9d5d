import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Inbox } from 'lucide-react'

import { ApiError } from '@/api/client'
import { gapsOfAll, health } from '@/api/queries'
import { queueDetail } from '@/api/queues'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones, Nil } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { RangePicker } from '@/components/range/RangePicker'
import { Line } from '@/components/Text'
import { QueueStrip } from '@/features/queues/Facts'
import { Flow, Inside } from '@/features/queues/Inside'
import { BrokerNotes } from '@/features/queues/Notes'
import { QueuePast } from '@/features/queues/Past'
import { asGaps, keptSpan } from '@/features/queues/span'
import { queueNote, trouble } from '@/features/queues/words'
import { useNow } from '@/lib/clock'
import { chosen, rangeAt } from '@/lib/range'
import { quote } from '@/lib/search-text'
import { oneLine } from '@/lib/text'

import { Actions } from './queues'

import '@/features/queues/queues.css'

const route = getRouteApi('/queues/$name')

function Missing({ name }: { name: string }) {
  return (
    <Nil
      icon={<Inbox className="i" aria-hidden="true" />}
      title={`No queue ${oneLine(name, 80)} is known`}
      actions={
        <Link className="btn" to="/queues">
          All queues
        </Link>
      }
    >
      No worker consumes it, nothing names it, and Umbel has never seen it in the broker. --watch-queues makes Umbel look at a queue of that name all the same.
    </Nil>
  )
}

export function QueueRoute() {
  const { name } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const now = useNow() / 1000
  const range = keptSpan(rangeAt(search, now), now)
  const { data: detail, error, refetch } = useQuery(queueDetail(name, range))
  const self = useQuery(health)
  const missed = useQuery(gapsOfAll)
  const queue = detail?.queue.name === name ? detail.queue : null
  const bad = queue && queue.health !== 'healthy' && queue.health !== 'unknown'
  usePageTitle(`${bad ? `(${queue.health}) ` : ''}${oneLine(name, 80)}, ${self.data?.cluster ?? 'Umbel'}`)
  const go = (given: ReturnType<typeof chosen>): void => void navigate({ search: given, replace: false, resetScroll: false })

  if (error instanceof ApiError && error.status === 404 && !queue) return <Missing name={name} />
  if (error && !queue) return <ErrorNote title="The queue did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  const span = { since: range.since, until: range.until, gaps: asGaps(missed.data), onSelect: (since: number, until: number) => go(chosen(since, until)), onReset: () => go({ range: undefined, from: undefined, to: undefined }) }
  return (
    <>
      <Answer
        glyph={queue && queue.health !== 'healthy' ? queue.health : null}
        title={queue ? (trouble(queue) ?? <Line text={name} limit={120} />) : <Line text={name} limit={120} />}
        end={
          <div className="row w">
            {queue && <Actions queue={queue} />}
            <Link className="btn" to="/tasks" search={{ search: `queue:${quote(name)}` }}>
              Its tasks
            </Link>
          </div>
        }
      >
        {queue && (
          <>
            {detail?.gone && 'The broker has it no more; this is what it was. '}
            {queueNote(queue)}
          </>
        )}
      </Answer>
      {queue && detail ? (
        <>
          {detail.broker && !detail.broker.reached && <BrokerNotes broker={detail.broker} />}
          <QueueStrip queue={queue} />
          <Section title="Now">
            <div className="panel">
              <Inside detail={detail} plain />
            </div>
          </Section>
          <Section title="History" note="kept for a week" end={<RangePicker search={search} range={range} onChange={go} />}>
            <div className="qcharts">
              {queue.rates_from !== null ? <Flow detail={detail} height={154} {...span} /> : <p className="sm mid">Arrivals and completions are not known. {queue.why.rates}.</p>}
              <QueuePast detail={detail} {...span} />
            </div>
          </Section>
        </>
      ) : (
        <div className="panel mt16">
          <Bones widths={[82, 64, 74, 48]} />
        </div>
      )}
    </>
  )
}
