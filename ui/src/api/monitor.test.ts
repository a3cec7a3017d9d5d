import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { LineFeed } from './monitor'

const encoder = new TextEncoder()
let say: (event: string, data: unknown) => void

beforeEach(() => {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      say = (event, data) => controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
    },
  })
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(body))))
})

afterEach(() => vi.unstubAllGlobals())

const lines = (verb: string, n: number) => ({ seq: 1, items: Array.from({ length: n }, () => ({ at: '2026-11-21T18:00:00Z', kind: 'started', worker: 'w', task_id: 't', name: 'n', verb, rest: '' })), by_kind: { started: n }, looked_at: n, events: n, sampled: false, recent: false })

it('holds lines back while it is paused, and shows what is missing', async () => {
  const feed = new LineFeed()
  const close = feed.open('name:x')
  expect(vi.mocked(fetch).mock.calls[0]?.[0]).toMatch(/topics=lines&search=name%3Ax$/)
  say('lines', lines('started', 2))
  await vi.waitFor(() => expect(feed.state.get().rows).toHaveLength(2))
  feed.pause(true)
  say('lines', lines('succeeded', 3))
  await vi.waitFor(() => expect(feed.state.get().waiting).toBe(3))
  expect(feed.state.get().rows).toHaveLength(2)
  feed.pause(false)
  expect(feed.state.get()).toMatchObject({ waiting: 0 })
  expect(feed.state.get().rows).toHaveLength(5)
  say('gap', { seq: 9, reason: 'too much changed' })
  await vi.waitFor(() => expect(feed.state.get().rows.at(-1)).toMatchObject({ kind: 'said', text: 'Lines are missing here: too much changed' }))
  say('lines', lines('started', 12_000))
  await vi.waitFor(() => expect(feed.state.get().rows).toHaveLength(10_000))
  close()
})
