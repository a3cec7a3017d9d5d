import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { QueueDetail } from '@/api/queues'
import { TimeChart } from '@/components/chart/TimeChart'
import type { ChartGap } from '@/components/chart/types'
import { Line, TaskName, Unknown } from '@/components/Text'
import { Age } from '@/components/Time'
import { plural, whole } from '@/lib/count'
import { age, duration } from '@/lib/duration'
import { quote } from '@/lib/search-text'

import { rate, ratesFrom } from './words'

const sharesShown = 8

const seconds = (starts: readonly string[]): number[] => starts.map((start) => Date.parse(start) / 1000)

interface FlowProps {
  detail: QueueDetail
  since: number
  until: number
  gaps?: readonly ChartGap[]
  height?: number
  onSelect?: (since: number, until: number) => void
  onReset?: () => void
}

/** What came and what went a minute. */
export function Flow({ detail: { queue, flow }, since, until, gaps = [], height = 120, onSelect, onReset }: FlowProps) {
  const { arrived_per_min: arrived, ended_per_min: ended, rates_from: from, growth_per_min: growth } = queue
  const summary = { Arrive: arrived === null ? '—' : rate(arrived), Finish: ended === null ? '—' : rate(ended) }
  const grows = growth === null ? '' : growth > 0 ? `Grows by ${rate(growth)}` : growth < 0 ? `Shrinks by ${rate(-growth)}` : 'Keeps its length'
  return (
    <TimeChart
      title="Arrivals and completions"
      note={<span title={from === null ? queue.why.rates : ratesFrom[from]}>a minute{grows && <b className={growth !== null && growth > 0 ? 'c-critical' : 'mid'}> {grows}</b>}</span>}
      label={`Messages a minute: ${summary.Arrive} arrive, ${summary.Finish} finish`}
      axis={{ starts: seconds(flow.starts), stepS: flow.step_s, since, until }}
      curves={[
        { name: 'Arrive', look: 'second', values: flow.arrived_per_min },
        { name: 'Finish', look: 'accent', values: flow.ended_per_min },
      ]}
      summary={summary}
      write={rate}
      gaps={gaps}
      height={height}
      {...(onSelect ? { onSelect } : {})}
      {...(onReset ? { onReset } : {})}
    />
  )
}

function Waits({ detail: { queue, mix, by_priority: steps } }: { detail: QueueDetail }) {
  const wait = queue.drain.wait_s
  const most = Math.max(1, ...(mix?.shares ?? []).map(({ messages }) => messages))
  return (
    <div>
      <h3>
        What waits<span>{mix && queue.ready !== null && (mix.looked_at < queue.ready ? `of the oldest ${whole(mix.looked_at)}` : 'by task')}</span>
      </h3>
      {mix === null || mix.shares.length === 0 ? (
        <p className="mid">{queue.ready === 0 ? 'Nothing waits.' : `${queue.why.mix ?? 'It was not looked at yet'}.`}</p>
      ) : (
        <div className="what">
          {mix.shares.slice(0, sharesShown).map(({ name, messages }) => (
            <Share key={name ?? ''} name={name} messages={messages} width={(messages / most) * 100} />
          ))}
        </div>
      )}
      {mix && mix.shares.length > sharesShown && <p className="dim sm">And {plural(mix.shares.length - sharesShown, 'other name')}.</p>}
      {steps.length > 1 && <p className="sm mid mt8">By priority, the first taken first: {steps.map(({ priority, messages }) => `${priority}: ${whole(messages)}`).join(', ')}.</p>}
      <p className="sm mid mt8">
        {wait !== null && queue.ready !== 0 && `A task sent now starts in about ${age(wait)}. `}
        {mix && queue.ready !== 0 && (
          <>
            Read from the queue <Age at={mix.at} /> ago; nothing was taken.
          </>
        )}
      </p>
    </div>
  )
}

function Share({ name, messages, width }: { name: string | null; messages: number; width: number }) {
  return (
    <>
      <span className="ell">
        {name === null ? (
          <span className="dim">no name in the message</span>
        ) : (
          <Link className="q" to="/tasks" search={{ search: `name:${quote(name)} state:pending` }}>
            <TaskName name={name} />
          </Link>
        )}
      </span>
      <b className="num">{whole(messages)}</b>
      <span className="bar2" aria-hidden="true">
        <i style={{ width: `${Math.max(1, width)}%` }} />
      </span>
    </>
  )
}

function Workers({ detail: { queue, scale }, actions }: { detail: QueueDetail; actions?: ReactNode }) {
  const more = queue.workers.length - 6
  return (
    <div>
      <h3>
        {scale.length > 0 ? 'With more workers' : 'Who consumes it'}
        <span>{scale.length > 0 && queue.ended_per_min !== null && queue.consumers ? `${rate(queue.ended_per_min / queue.consumers)} a minute each` : ''}</span>
      </h3>
      {scale.length > 0 && (
        <div className="cap">
          {scale.map(({ workers, net_per_min: net, empty_in_s: empty }, index) => (
            <ScaleRow key={workers} workers={workers} net={net} empty={empty} isNow={index === 0} />
          ))}
        </div>
      )}
      <p className={scale.length > 0 ? 'sm mid mt12' : 'mid'}>
        {queue.consuming === 'no' ? (
          <b className="c-warning">Nobody consumes it.</b>
        ) : queue.workers.length > 0 ? (
          queue.workers.slice(0, 6).map((name, index) => (
            <span key={name}>
              {index > 0 && ', '}
              <Link className="q" to="/workers/$name" params={{ name }}>
                <Line text={name} limit={60} />
              </Link>
            </span>
          ))
        ) : queue.consuming === 'yes' ? (
          `The broker counts ${plural(queue.consumers ?? 0, 'consumer')}; no worker that answers says it is one.`
        ) : (
          `It is not known who consumes it: ${queue.why.consumers ?? 'nobody has told'}.`
        )}
        {more > 0 && ` and ${whole(more)} more`}
      </p>
      {actions && <div className="row w mt12">{actions}</div>}
    </div>
  )
}

function ScaleRow({ workers, net, empty, isNow }: { workers: number; net: number; empty: number | null; isNow: boolean }) {
  return (
    <>
      <span>
        {whole(workers)}
        {isNow && ' now'}
      </span>
      <span className={net < 0 ? 'c-critical' : 'mid'}>{net < 0 ? `falls behind by ${rate(-net)}/min` : net === 0 ? 'keeps its length' : `gains ${rate(net)}/min`}</span>
      <span className="num fw5">{empty === null ? 'never' : `empty in ${duration(empty)}`}</span>
    </>
  )
}

interface InsideProps {
  detail: QueueDetail
  actions?: ReactNode
  /** Without its own drawing of arrivals, where the page has a larger one. */
  plain?: boolean
}

/** What is in a queue, how it moves, and what more workers would change. */
export function Inside({ detail, actions, plain = false }: InsideProps) {
  const { flow, queue } = detail
  const since = Date.parse(flow.starts[0] ?? '') / 1000
  const until = since + flow.starts.length * flow.step_s
  return (
    <div className={plain ? 'xb two' : 'xb'}>
      {!plain && (
        <div>
          {queue.rates_from === null ? (
            <>
              <h3>Arrivals and completions</h3>
              <p className="mid">
                Not known <Unknown why={queue.why.rates ?? 'It was not told'} />. {queue.why.rates}.
              </p>
            </>
          ) : (
            <Flow detail={detail} since={since} until={until} />
          )}
        </div>
      )}
      <Waits detail={detail} />
      <Workers detail={detail} actions={actions} />
    </div>
  )
}
