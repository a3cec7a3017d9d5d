import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { get } from './client'
import type * as schema from './schema.gen'

/** The server writes every field of an answer, also those that the document does not require. */
type Whole<T> = T extends readonly (infer I)[] ? Whole<I>[] : T extends object ? (string extends keyof T ? T : { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }) : T

export type Broker = Whole<schema.Broker>
export type BrokerDetail = Whole<schema.BrokerDetail>
export type Queue = Whole<schema.Queue>
export type QueueDetail = Whole<schema.QueueDetail>
export type QueueDrain = Whole<schema.QueueDrain>
export type Queues = Whole<schema.Queues>

/** On the stream while a page asks for it. */
export const queues = queryOptions({ queryKey: ['queues'], queryFn: ({ signal }) => get<Queues>('queues', {}, signal), staleTime: 5_000 })

const iso = (seconds: number): string => new Date(Math.floor(seconds) * 1000).toISOString()

/** One queue with its past. Epoch seconds; by default the last hour, which is read anew every five seconds. */
export const queueDetail = (name: string, span: { since: number; until: number; live: boolean } | null = null) =>
  queryOptions({
    queryKey: ['queue', name, span === null ? '' : span.live ? span.until - span.since : `${span.since} ${span.until}`],
    queryFn: ({ signal }) => get<QueueDetail>(`queues/${encodeURIComponent(name)}`, span === null ? {} : { since: iso(span.since), until: span.live ? null : iso(span.until) }, signal),
    placeholderData: keepPreviousData,
    staleTime: 2_000,
    refetchInterval: span === null || span.live ? 5_000 : false,
  })

/** The broker with its past; as `queueDetail`. */
export const brokerDetail = (span: { since: number; until: number; live: boolean }) =>
  queryOptions({
    queryKey: ['broker', span.live ? span.until - span.since : `${span.since} ${span.until}`],
    queryFn: ({ signal }) => get<BrokerDetail>('broker', { since: iso(span.since), until: span.live ? null : iso(span.until) }, signal),
    placeholderData: keepPreviousData,
    staleTime: 2_000,
    refetchInterval: span.live ? 5_000 : false,
  })
