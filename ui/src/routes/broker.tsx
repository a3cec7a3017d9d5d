import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'

import { health } from '@/api/queries'
import { brokerDetail } from '@/api/queues'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { RangePicker } from '@/components/range/RangePicker'
import { BrokerStrip } from '@/features/queues/Facts'
import { BrokerNotes, Reachability } from '@/features/queues/Notes'
import { BrokerPast } from '@/features/queues/Past'
import { asGaps, keptSpan } from '@/features/queues/span'
import { brokerAnswer } from '@/features/queues/words'
import { useNow } from '@/lib/clock'
import { plural } from '@/lib/count'
import { chosen, rangeAt } from '@/lib/range'

import '@/features/queues/queues.css'

const route = getRouteApi('/broker')

/** The broker by itself: how it is, how it was, and when it was out of reach. */
export function BrokerRoute() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const now = useNow() / 1000
  const range = keptSpan(rangeAt(search, now), now)
  const { data, error, refetch } = useQuery(brokerDetail(range))
  const self = useQuery(health)
  const answer = data ? brokerAnswer(data) : null
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Broker, ${self.data?.cluster ?? 'Umbel'}`)
  const go = (given: ReturnType<typeof chosen>): void => void navigate({ search: given, resetScroll: false })

  if (error && !data) return <ErrorNote title="The broker's figures did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  return (
    <>
      <Answer
        glyph={answer?.kind ?? null}
        title={answer?.title ?? 'Broker'}
        end={
          <Link className="btn" to="/queues">
            Its queues
          </Link>
        }
      >
        {data ? `${plural(data.waiting, 'task')} ${data.waiting === 1 ? 'waits' : 'wait'} in ${plural(data.queues, 'queue')}. ${answer?.note ?? ''}` : '\u00a0'}
      </Answer>
      {data?.broker && <BrokerStrip broker={data.broker} />}
      {data?.broker && <BrokerNotes broker={data.broker} />}
      {data ? (
        <>
          <Section title="History" note="kept for a week" end={<RangePicker search={search} range={range} onChange={go} />}>
            <div className="qcharts">
              <BrokerPast detail={data} since={range.since} until={range.until} gaps={asGaps({ items: data.gaps, cut: false })} onSelect={(since, until) => go(chosen(since, until))} onReset={() => go({ range: undefined, from: undefined, to: undefined })} />
            </div>
          </Section>
          <Section title="Reachability" note="the last week, as the link for events tells">
            <Reachability detail={data} />
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
