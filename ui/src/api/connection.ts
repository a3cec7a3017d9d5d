import { backoff } from '@/lib/backoff'
import { sseParser, type SseMessage } from '@/lib/sse'

/** The state of the line to the server, as the badge tells it. */
export interface Link {
  state: 'connecting' | 'open' | 'lost'
  /** Which try is next or under way, from 1; 0 while all is well. */
  attempt: number
  retryAt: number | null
  /** When something last came. */
  heardAt: number | null
}

export interface ConnectionOptions {
  url: string
  lastId: () => number | null
  onMessage: (message: SseMessage) => void
  onLink: (link: Link) => void
}

const silenceMs = 25_000

/**
 * One stream of server-sent events over fetch, which lets us notice silence: the server pings every 10 s, so when
 * nothing at all came for 25 s the line is dead. Reconnects for ever with jittered back-off, from the last id.
 */
export class Connection {
  private abort = new AbortController()
  private retry: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined
  private link: Link = { state: 'connecting', attempt: 0, retryAt: null, heardAt: null }
  private closed = false

  constructor(private readonly options: ConnectionOptions) {
    void this.run()
  }

  close(): void {
    this.closed = true
    clearTimeout(this.retry)
    clearTimeout(this.silence)
    this.abort.abort()
  }

  retryNow(): void {
    if (this.link.state !== 'lost') return
    clearTimeout(this.retry)
    void this.run()
  }

  private show(change: Partial<Link>): void {
    this.link = { ...this.link, ...change }
    if (!this.closed) this.options.onLink(this.link)
  }

  private heard(): void {
    clearTimeout(this.silence)
    const abort = this.abort
    this.silence = setTimeout(() => abort.abort(), silenceMs)
    const now = Date.now()
    if (this.link.state !== 'open' || now - (this.link.heardAt ?? 0) > 1000) this.show({ state: 'open', attempt: 0, retryAt: null, heardAt: now })
  }

  private async run(): Promise<void> {
    this.abort = new AbortController()
    const abort = this.abort
    this.silence = setTimeout(() => abort.abort(), silenceMs)
    this.show({ retryAt: null })
    try {
      await this.read(abort.signal)
    } catch {
      // any end of the line is handled the same way below
    }
    clearTimeout(this.silence)
    abort.abort()
    this.lost()
  }

  private async read(signal: AbortSignal): Promise<void> {
    const last = this.options.lastId()
    const headers: Record<string, string> = { Accept: 'text/event-stream' }
    if (last !== null) headers['Last-Event-ID'] = String(last)
    const response = await fetch(this.options.url, { headers, signal, cache: 'no-store' })
    if (!response.ok || !response.body) return
    this.heard()
    const feed = sseParser(this.options.onMessage)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || this.closed) return
      this.heard()
      feed(value)
    }
  }

  private lost(): void {
    if (this.closed) return
    const attempt = this.link.attempt + 1
    const wait = backoff(attempt) * 1000
    this.show({ state: 'lost', attempt, retryAt: Date.now() + wait })
    this.retry = setTimeout(() => void this.run(), wait)
  }
}
