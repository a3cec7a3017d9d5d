import type { ReactNode } from 'react'

import type { Attention, MetricsSum } from '@/api/attention'
import type { Queues } from '@/api/queues'
import type { Health, Overview, Workers } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Unknown } from '@/components/Text'
import { Duration } from '@/components/Time'
import { percent, plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'
import type { Range } from '@/lib/range'
import { finishedIn, spanWords } from '@/lib/span'

import { PlaceLink } from './PlaceLink'
import { backlog, broker, crew } from './tiles'
import type { Place } from './words'

interface VitalProps {
  name: string
  level?: string | undefined
  place: Place
  detail: ReactNode
  children: ReactNode
}

function Vital({ name, level, place, detail, children }: VitalProps) {
  const bad = level === 'warning' || level === 'critical' ? level : null
  return (
    <PlaceLink className="vital" place={place}>
      <span className="k">
        {name} {bad && <Glyph kind={bad} />}
        {bad && <span className="vh">{bad}</span>}
      </span>
      <span className={bad ? `v c-${bad}` : 'v'}>{children}</span>
      <span className="d">{detail}</span>
    </PlaceLink>
  )
}

const Unit = ({ children }: { children: string }) => <span className="u">{children}</span>

interface VitalsProps {
  range: Range
  /** What happened in the span; undefined while it is read. */
  sum: MetricsSum | undefined
  attention: Attention | undefined
  overview: Overview | undefined
  workers: Workers | undefined
  queues: Queues | undefined
  health: Health | undefined
}

/** Seven figures, each a link to what is behind it. They are coloured by the judgement on the last hour, where that is what is shown. */
export function Vitals({ range, sum, attention, overview, workers, queues, health }: VitalsProps) {
  const tiles = attention?.tiles ?? {}
  const isJudged = range.live && range.until - range.since === attention?.window_s
  const minutes = (range.until - range.since) / 60
  const running = overview?.by_state.STARTED ?? 0
  const waiting = backlog(queues, overview)
  const link = broker(health, queues)
  const team = workers ? crew(workers) : null
  const rate = sum ? sum.ended / minutes : 0
  return (
    <div className="vitals">
      <Vital name="Success rate" level={isJudged ? tiles.success : undefined} place={{ to: '/tasks', search: `state:failure ${finishedIn(range)}` }} detail={sum ? `${whole(sum.failed)} failed of ${whole(sum.succeeded + sum.failed)}` : '\u00a0'}>
        {sum?.success_rate == null ? <Unknown why={`no task ended in ${spanWords(range)}`} /> : percent(sum.success_rate)}
      </Vital>
      <Vital name="Throughput" place={{ to: '/tasks', search: finishedIn(range) }} detail={sum ? `${plural(sum.ended, 'task')} ended` : '\u00a0'}>
        {rate > 0 && rate < 10 ? rate.toFixed(1) : whole(rate)}
        <Unit>/min</Unit>
      </Vital>
      <Vital name="Average run time" level={isJudged ? tiles.avg : undefined} place={{ to: '/tasks', search: finishedIn(range) }} detail={sum?.run.p95_s == null ? '\u00a0' : `p95 ${duration(sum.run.p95_s)}`}>
        {sum?.run.mean_s == null ? <Unknown why={`no task ended in ${spanWords(range)}`} /> : <Duration seconds={sum.run.mean_s} />}
      </Vital>
      <Vital name="Waiting" level={tiles.queue} place={{ to: '/queues' }} detail={waiting.detail}>
        {waiting.value === null ? <Unknown why={waiting.detail} /> : whole(waiting.value)}
      </Vital>
      <Vital name="Running" place={{ to: '/tasks', search: 'state:started' }} detail={workers?.slots == null ? 'as their events tell' : `of ${plural(workers.slots, 'slot')}`}>
        {whole(running)}
      </Vital>
      <Vital name="Workers" level={tiles.workers} place={{ to: '/workers' }} detail={team?.detail ?? '\u00a0'}>
        {team?.value ?? '—'}
      </Vital>
      <Vital name="Broker" level={link.level} place={{ to: '/broker' }} detail={link.detail}>
        {link.value}
      </Vital>
    </div>
  )
}
