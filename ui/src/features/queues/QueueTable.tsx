import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'

import { queueDetail, type Queue } from '@/api/queues'
import { Sparkline } from '@/components/chart/Sparkline'
import { Glyph } from '@/components/Glyph'
import { Bones } from '@/components/Nil'
import { Line, Unknown } from '@/components/Text'
import { Age } from '@/components/Time'
import { plural, whole } from '@/lib/count'

import { Inside } from './Inside'
import { drainLook, drainWord, rate, ratesFrom } from './words'

const untold = 'It was not told'

const number = (value: number | null, why: string | undefined): ReactNode => (value === null ? <Unknown why={why ?? untold} /> : whole(value))

function Waiting({ queue: { health, ready, reasons, why } }: { queue: Queue }) {
  if (ready === null) return <Unknown why={why.ready ?? untold} />
  if (health !== 'critical' && health !== 'warning') return <>{whole(ready)}</>
  return (
    <span className={`c-${health} fw5 nw`} title={reasons.join('; ')}>
      <Glyph kind={health} />
      <span className="vh">{health}: </span> {whole(ready)}
    </span>
  )
}

function Oldest({ queue: { oldest_at: at, ready, why } }: { queue: Queue }) {
  if (at !== null) return <Age at={at} />
  return ready === 0 ? <span className="dim">none waits</span> : <Unknown why={why.oldest ?? untold} />
}

function Consumers({ queue }: { queue: Queue }) {
  const { consuming, consumers, workers, why, ready } = queue
  if (consuming === 'unknown') return <Unknown why={why.consumers ?? 'It is not known who consumes it'} />
  if (consuming === 'no') return <span className={ready === 0 ? 'dim' : 'c-warning fw5'}>none</span>
  return <span title={workers.slice(0, 20).join(', ')}>{whole(consumers ?? workers.length)}</span>
}

interface RowProps {
  queue: Queue
  isOpen: boolean
  onToggle: () => void
}

function Row({ queue, isOpen, onToggle }: RowProps) {
  const { name, arrived_per_min: arrived, ended_per_min: ended, rates_from: from, why, health } = queue
  const rates = from === null ? (why.rates ?? untold) : ratesFrom[from]
  const Toggle = isOpen ? ChevronDown : ChevronRight
  return (
    <tr className={isOpen ? 'open' : undefined}>
      <td className="p1">
        <span className="row gap4">
          <button type="button" className="tog no-m" aria-expanded={isOpen} aria-label={`What is in ${name.slice(0, 80)}`} onClick={onToggle}>
            <Toggle className="i" aria-hidden="true" />
          </button>
          <Link className="q fw5 ell" to="/queues/$name" params={{ name }}>
            <Line text={name} limit={120} />
          </Link>
        </span>
      </td>
      <td className="num p2">
        <Waiting queue={queue} />
      </td>
      <td className="no-m">
        <Sparkline values={queue.recent} width={84} kind={health === 'critical' || health === 'warning' ? health : 'plain'} />
      </td>
      <td className="num p3">
        <span className="only-m">oldest </span>
        <Oldest queue={queue} />
      </td>
      <td className="num no-t" title={rates}>
        {arrived === null ? <Unknown why={from === null ? rates : (why.growth ?? untold)} /> : rate(arrived)}
      </td>
      <td className="num no-t" title={rates}>
        {ended === null ? <Unknown why={rates} /> : rate(ended)}
      </td>
      <td className="num no-t">{number(queue.unacked, why.unacked)}</td>
      <td className="num no-t">{number(queue.held, why.held)}</td>
      <td className="p4">{queue.drain.kind === 'unknown' ? <Unknown why={queue.drain.why} /> : <span className={drainLook(queue)} title={queue.drain.why}>{drainWord(queue.drain)}</span>}</td>
      <td className="num">
        <Consumers queue={queue} />
      </td>
    </tr>
  )
}

function Opened({ name, actions }: { name: string; actions: ReactNode }) {
  const { data, error } = useQuery(queueDetail(name))
  return (
    <tr className="exp no-m">
      <td colSpan={10}>{data?.queue.name === name ? <Inside detail={data} actions={actions} /> : error ? <p className="panel-b mid">{error.message}.</p> : <Bones widths={[72, 48, 60]} />}</td>
    </tr>
  )
}

export const sorts = ['name', 'waiting', 'oldest', 'in', 'out'] as const

export type QueueSort = (typeof sorts)[number]

const by: Record<QueueSort, (queue: Queue) => number | string> = {
  name: ({ name }) => name.toLowerCase(),
  waiting: ({ ready }) => -(ready ?? -1),
  oldest: ({ oldest_at: at }) => (at === null ? Infinity : Date.parse(at)),
  in: ({ arrived_per_min: n }) => -(n ?? -1),
  out: ({ ended_per_min: n }) => -(n ?? -1),
}

/** The queues in the order that is asked for, the server's (the worst first) without one. */
export function sorted(items: readonly Queue[], sort: QueueSort | undefined): Queue[] {
  if (!sort) return [...items]
  const key = by[sort]
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

interface HeadProps {
  of: QueueSort
  sort: QueueSort | undefined
  onSort: (sort: QueueSort | undefined) => void
  className?: string
  children: ReactNode
}

function Head({ of, sort, onSort, className, children }: HeadProps) {
  const on = sort === of
  return (
    <th className={className} aria-sort={on ? (of === 'name' || of === 'oldest' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" className="sort" onClick={() => onSort(on ? undefined : of)}>
        {children}
        {on && (of === 'name' || of === 'oldest' ? ' ↑' : ' ↓')}
      </button>
    </th>
  )
}

interface QueueTableProps {
  items: readonly Queue[]
  open: string | undefined
  onOpen: (name: string | undefined) => void
  sort: QueueSort | undefined
  onSort: (sort: QueueSort | undefined) => void
  actions: (queue: Queue) => ReactNode
}

export function QueueTable({ items, open, onOpen, sort, onSort, actions }: QueueTableProps) {
  const head = { sort, onSort }
  return (
    <div className="panel tw">
      <table className="mt qt fix" aria-label={plural(items.length, 'queue')}>
        <thead>
          <tr>
            <Head of="name" {...head}>
              Queue
            </Head>
            <Head of="waiting" className="num w-wait" {...head}>
              Waiting
            </Head>
            <th className="w-line">Last hour</th>
            <Head of="oldest" className="num w-age" {...head}>
              Oldest
            </Head>
            <Head of="in" className="num no-t w-rate" {...head}>
              In /min
            </Head>
            <Head of="out" className="num no-t w-rate" {...head}>
              Out /min
            </Head>
            <th className="num no-t w-rate" title="Given to workers and not acknowledged yet">
              Unacked
            </th>
            <th className="num no-t w-rate" title="Held by workers until their ETA">
              Until ETA
            </th>
            <th className="w-drain">Empties</th>
            <th className="num w-crew">Workers</th>
          </tr>
        </thead>
        <tbody>
          {sorted(items, sort).map((queue) => (
            <Fragment key={queue.name}>
              <Row queue={queue} isOpen={open === queue.name} onToggle={() => onOpen(open === queue.name ? undefined : queue.name)} />
              {open === queue.name && <Opened name={queue.name} actions={actions(queue)} />}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}
