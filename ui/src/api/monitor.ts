import { queryOptions } from '@tanstack/react-query'

import { apiUrl } from '@/lib/base'
import { external } from '@/lib/external'
import type { SseMessage } from '@/lib/sse'

import { get } from './client'
import { Connection, type Link } from './connection'
import type { EventLine, StreamGap, StreamLines, TaskPage } from './types'

export const linesKept = 10_000
export const rateS = 60

/** A line as it is shown, or what is said between lines. */
export type Row = (EventLine & { key: number }) | { key: number; kind: 'said'; text: string }

/** How much of each kind came in one second, and of how many events that was told. */
interface Second {
  at: number
  byKind: Record<string, number>
  lookedAt: number
  events: number
}

export interface Feed {
  rows: readonly Row[]
  /** How many lines came since the view was paused. */
  waiting: number
  seconds: readonly Second[]
  /** More came than is shown. */
  sampled: boolean
  link: Link
  /** When the first message came; null before. */
  since: number | null
}

const nothing: Feed = { rows: [], waiting: 0, seconds: [], sampled: false, link: { state: 'connecting', attempt: 0, retryAt: null, heardAt: null }, since: null }

/** The lines of one search, on a stream of their own. Bounded: the newest lines stay, also while it is paused. */
export class LineFeed {
  readonly state = external<Feed>(nothing)
  private connection: Connection | null = null
  private paused = false
  private held: Row[] = []
  private last = 0
  private wasOpen = false

  open(search: string): () => void {
    this.held = []
    this.wasOpen = false
    this.state.set(nothing)
    const query = new URLSearchParams({ topics: 'lines', ...(search ? { search } : {}) })
    const connection = new Connection({
      url: apiUrl(`stream?${query.toString()}`),
      lastId: () => null,
      onMessage: (message) => this.receive(message),
      onLink: (link) => this.state.set((old) => ({ ...old, link })),
    })
    this.connection = connection
    return () => {
      connection.close()
      if (this.connection === connection) this.connection = null
    }
  }

  pause(on: boolean): void {
    this.paused = on
    if (on || this.held.length === 0) return
    const held = this.held
    this.held = []
    this.state.set((old) => ({ ...old, rows: bounded([...old.rows, ...held]), waiting: 0 }))
  }

  clear(): void {
    this.held = []
    this.state.set((old) => ({ ...old, rows: [], waiting: 0 }))
  }

  private receive(message: SseMessage): void {
    const data: unknown = JSON.parse(message.data)
    if (message.event === 'hello') {
      if (this.wasOpen) this.add([this.said('The line to Umbel was lost here; what came meanwhile is in the tasks')])
      this.wasOpen = true
    } else if (message.event === 'gap') this.add([this.said(`Lines are missing here: ${(data as StreamGap).reason}`)]) // by its event
    else if (message.event === 'lines') this.lines(data as StreamLines) // by its event
  }

  private lines({ items, by_kind: byKind, looked_at: lookedAt, events, sampled, recent }: StreamLines): void {
    this.add(items.map((line) => ({ ...line, key: (this.last += 1) })))
    const now = Date.now()
    this.state.set((old) => ({
      ...old,
      since: old.since ?? now,
      sampled: recent ? old.sampled : sampled,
      seconds: recent ? old.seconds : [...old.seconds.filter(({ at }) => now - at < rateS * 1000), { at: now, byKind, lookedAt, events }],
    }))
  }

  private said(text: string): Row {
    return { key: (this.last += 1), kind: 'said', text }
  }

  private add(rows: Row[]): void {
    if (rows.length === 0) return
    if (this.paused) {
      this.held = bounded([...this.held, ...rows])
      this.state.set((old) => ({ ...old, waiting: old.waiting + rows.length }))
    } else this.state.set((old) => ({ ...old, rows: bounded([...old.rows, ...rows]) }))
  }
}

/** Cut in large steps, so that a long view is not copied and moved at each line. */
const bounded = (rows: Row[]): Row[] => (rows.length > linesKept + 1_000 ? rows.slice(-linesKept) : rows)

/** What runs longest, for the side of the monitor. */
export const slowNow = queryOptions({ queryKey: ['slow now'], queryFn: async ({ signal }) => (await get<TaskPage>('tasks', { search: 'state:started', sort: 'started', limit: 5 }, signal)).items, staleTime: 2_000, refetchInterval: 3_000 })
