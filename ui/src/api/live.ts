import type { InfiniteData, QueryClient } from '@tanstack/react-query'

import { apiUrl } from '@/lib/base'
import { setServerNow } from '@/lib/clock'
import { external } from '@/lib/external'
import type { SseMessage } from '@/lib/sse'

import { attention, type Attention } from './attention'
import { Connection, type Link } from './connection'
import { merge, noFresh, patch, rows, type Fresh } from './list'
import { health, overview, self, workers, type ListKey } from './queries'
import { defaultSort, type Health, type Overview, type SelfReport, type StreamGap, type StreamHello, type StreamTasks, type TaskPage } from './types'

type Pages = InfiniteData<TaskPage, string | null>

/** What the page that is open wants to hear of tasks. `key` names the list to patch; `onTasks` is told as well. */
export interface Watch {
  search: string
  after: number | null
  key: ListKey | null
  onTasks?: (message: StreamTasks) => void
  /** The line was opened, also again: what was read before may be old. */
  onHello?: () => void
}

const perSecond = 5
const windowMs = 2000
const mostRows = 1500

/** The one place where what the stream says is applied to what the pages show. */
export class Live {
  readonly link = external<Link>({ state: 'connecting', attempt: 0, retryAt: null, heardAt: null })
  readonly paused = external(false)
  /** Why the list is held; null while it may move. */
  readonly hold = external<string | null>(null)
  readonly fresh = external<Fresh>(noFresh)
  readonly gone = external<ReadonlySet<string>>(new Set())
  /** Rows that joined the list by themselves or by a press, to be lit once. */
  readonly lit = external<ReadonlySet<string>>(new Set())

  private connection: Connection | null = null
  private watch: Watch | null = null
  private lastSeq: number | null = null
  private readonly later = new Map<string, unknown>()
  private arrivals: number[] = []
  private totals: ReturnType<typeof setTimeout> | undefined
  private release: ReturnType<typeof setTimeout> | undefined
  /** Topics that a page asked for besides the usual ones. */
  private readonly wanted = new Set<string>()

  constructor(private readonly client: QueryClient) {}

  start(): () => void {
    this.open()
    return () => this.stop()
  }

  private stop(): void {
    this.connection?.close()
    this.connection = null
    clearTimeout(this.totals)
    clearTimeout(this.release)
  }

  /** Says what to listen for from now on. */
  follow(watch: Watch): void {
    clearTimeout(this.release)
    this.turn(watch)
  }

  /** The page is left: the line stays as it is for a moment, since the next page mostly wants one of its own. */
  leave(): void {
    clearTimeout(this.release)
    this.release = setTimeout(() => this.turn(null), 400)
  }

  /** Carries one more topic until the function that is returned is called. One page at a time asks for a topic. */
  listen(topic: 'self' | 'queues'): () => void {
    this.wanted.add(topic)
    if (this.connection) this.open()
    return () => {
      this.wanted.delete(topic)
      if (this.connection) this.open()
    }
  }

  private turn(watch: Watch | null): void {
    const same = watch?.search === this.watch?.search && (watch === null) === (this.watch === null)
    const sameList = JSON.stringify(watch?.key) === JSON.stringify(this.watch?.key)
    this.watch = watch
    if (!sameList) this.forget()
    if (same) return
    this.lastSeq = watch?.after ?? null
    if (this.connection) this.open()
  }

  retryNow(): void {
    this.connection?.retryNow()
  }

  pause(on: boolean): void {
    this.paused.set(on)
    if (on) return
    const waiting = [...this.later]
    this.later.clear()
    for (const [name, data] of waiting) this.apply(name, data)
    void this.refresh()
  }

  /** Brings the waiting rows into the list. */
  async showNew(): Promise<void> {
    const key = this.watch?.key
    if (!key) return
    if (this.fresh.get().partial || key[2] !== defaultSort) return this.refresh()
    this.take(key, this.fresh.get())
  }

  /** Reads the list anew from its head. */
  async refresh(): Promise<void> {
    const key = this.watch?.key
    this.forget()
    if (!key) return
    this.client.setQueryData<Pages>(key, (old) => old && { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) })
    await this.client.invalidateQueries({ queryKey: key })
  }

  private forget(): void {
    this.fresh.set(noFresh)
    this.gone.set(new Set())
    this.lit.set(new Set())
    this.arrivals = []
  }

  private open(): void {
    this.connection?.close()
    const watch = this.watch
    const topics = [...(watch ? ['tasks'] : []), 'workers', 'overview', 'health', 'attention', ...this.wanted].join(',')
    const query = new URLSearchParams({ topics, ...(watch?.search ? { search: watch.search } : {}) })
    this.connection = new Connection({
      url: apiUrl(`stream?${query.toString()}`),
      lastId: () => this.lastSeq,
      onMessage: (message) => this.receive(message),
      onLink: (link) => this.link.set(link),
    })
  }

  private receive(message: SseMessage): void {
    const data: unknown = JSON.parse(message.data)
    const seq = message.id === null ? Number.NaN : Number(message.id)
    if (Number.isFinite(seq)) this.lastSeq = Math.max(this.lastSeq ?? 0, seq)
    const freezes = message.event === 'overview' || message.event === 'attention' || message.event === 'workers' || message.event === 'self' || message.event === 'queues'
    if (this.paused.get() && freezes) this.later.set(message.event, data)
    else this.apply(message.event, data)
  }

  /** `data` has the shape that the API's contract gives to an event of this name. */
  private apply(name: string, data: unknown): void {
    if (name === 'hello') {
      setServerNow((data as StreamHello).now)
      this.watch?.onHello?.()
    }
    else if (name === 'health') {
      setServerNow((data as Health).now)
      this.client.setQueryData(health.queryKey, data as Health)
    } else if (name === 'workers') this.client.setQueryData(workers.queryKey, data as never)
    else if (name === 'self') this.client.setQueryData(self.queryKey, data as SelfReport)
    else if (name === 'queues') this.client.setQueryData(['queues'], data)
    else if (name === 'attention') this.client.setQueryData(attention.queryKey, data as Attention)
    else if (name === 'overview') this.figures(data as Overview)
    else if (name === 'tasks') this.tasks(data as StreamTasks)
    else if (name === 'gap') this.gap(data as StreamGap)
  }

  /** A verdict on a running task changes without an event of it; the count of the lost tells when. */
  private figures(now: Overview): void {
    const before = this.client.getQueryData<Overview>(overview.queryKey)
    this.client.setQueryData(overview.queryKey, now)
    if (!before || before.lost.value === now.lost.value) return
    void this.client.invalidateQueries({ queryKey: ['task'] })
    if (this.hold.get() || this.paused.get()) this.fresh.set((old) => ({ ...old, partial: true }))
    else void this.refresh()
  }

  private gap({ seq }: StreamGap): void {
    this.lastSeq = seq
    const key = this.watch?.key
    void this.client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'tasks' })
    if (key && (this.hold.get() || this.paused.get())) this.fresh.set((old) => ({ ...old, partial: true }))
    else void this.refresh()
  }

  private tasks(message: StreamTasks): void {
    this.watch?.onTasks?.(message)
    const key = this.watch?.key
    if (!key) return
    this.refreshTotal(key[1])
    const data = this.client.getQueryData<Pages>(key)
    if (!data) return
    const next = patch(data.pages, this.fresh.get(), message, key[2])
    this.fresh.set(next.fresh)
    if (this.paused.get()) return
    if (next.pages !== data.pages) this.client.setQueryData<Pages>(key, { ...data, pages: next.pages })
    if (next.gone.length > 0) this.gone.set((old) => new Set([...old, ...next.gone]))
    this.back(message)
    if (this.mayFollow(next.arrived, key)) this.take(key, next.fresh)
  }

  /** A row that matches again is no longer faded. */
  private back({ items }: StreamTasks): void {
    if (!items.some(({ id }) => this.gone.get().has(id))) return
    const ids = new Set(items.map(({ id }) => id))
    this.gone.set((old) => new Set([...old].filter((id) => !ids.has(id))))
  }

  /** A list at rest follows by itself below five rows a second; above that the rows wait. */
  private mayFollow(arrived: number, key: ListKey): boolean {
    const now = Date.now()
    this.arrivals = [...this.arrivals.filter((at) => now - at < windowMs), ...Array.from({ length: Math.min(arrived, 100) }, () => now)]
    const calm = this.arrivals.length <= perSecond * (windowMs / 1000)
    const { rows: waiting, partial } = this.fresh.get()
    return key[2] === defaultSort && this.hold.get() === null && calm && waiting.size > 0 && !partial
  }

  private take(key: ListKey, fresh: Fresh): void {
    this.client.setQueryData<Pages>(key, (old) => old && { ...old, pages: merge(old.pages, fresh, key[2]) })
    this.lit.set(new Set(fresh.rows.keys()))
    this.fresh.set(noFresh)
    const data = this.client.getQueryData<Pages>(key)
    if (data && this.hold.get() === null && rows(data.pages).length > mostRows) void this.refresh()
  }

  private refreshTotal(search: string): void {
    if (search === '') return
    this.totals ??= setTimeout(() => {
      this.totals = undefined
      void this.client.invalidateQueries({ queryKey: ['total', search] })
    }, 3000)
  }
}
