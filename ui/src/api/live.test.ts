import type { InfiniteData } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { taskPage, taskRow } from '@/testing/rows'

import { Live } from './live'
import { rows } from './list'
import { listKey, makeQueryClient, self } from './queries'
import type { StreamTasks, TaskPage, TaskRow } from './types'

interface Line {
  url: string
  lastId: string | undefined
  say: (text: string) => void
  end: () => void
}

const key = listKey('', '-arrived')
const at = (second: number): string => `2025-11-21T18:00:${String(second).padStart(2, '0')}Z`
const row = (id: string, second: number, given: Partial<TaskRow> = {}): TaskRow => taskRow({ id, received_at: at(second), ...given })

/** Streams that a test feeds by hand, newest last. */
let lines: Line[]

function fakeFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      init?.signal?.addEventListener('abort', () => controller.error(new DOMException('', 'AbortError')))
      lines.push({
        url: String(input instanceof Request ? input.url : input),
        lastId: new Headers(init?.headers).get('Last-Event-ID') ?? undefined,
        say: (text) => controller.enqueue(encoder.encode(text)),
        end: () => controller.close(),
      })
    },
  })
  return Promise.resolve(new Response(body, { status: 200 }))
}

const settle = () => vi.advanceTimersByTimeAsync(5)

async function tasks(items: TaskRow[], seq: number, given: Partial<StreamTasks> = {}): Promise<void> {
  lines.at(-1)?.say(`id: ${seq}\nevent: tasks\ndata: ${JSON.stringify({ seq, items, gone: [], changed: items.length, sampled: false, ...given })}\n\n`)
  await settle()
}

describe('Live', () => {
  const client = makeQueryClient()
  let live: Live
  let stop: () => void
  const shown = (): string[] => rows(client.getQueryData<InfiniteData<TaskPage>>(key)?.pages ?? []).map(({ id, state }) => `${id} ${state}`)

  beforeEach(async () => {
    vi.useFakeTimers()
    lines = []
    vi.stubGlobal('fetch', vi.fn(fakeFetch))
    client.clear()
    client.setQueryData(key, { pages: [taskPage([row('b', 20), row('a', 10)])], pageParams: [null] })
    live = new Live(client)
    live.follow({ search: '', after: 10, key })
    stop = live.start()
    await settle()
  })

  afterEach(() => {
    stop()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  it('resumes after the position that the list reflects', () => {
    expect(lines.map(({ lastId }) => lastId)).toEqual(['10'])
    expect(lines[0]?.url).toContain('topics=tasks')
  })

  it('changes a shown row in place, and lets a calm list follow', async () => {
    await tasks([row('a', 10, { state: 'FAILURE' }), row('c', 30)], 11)
    expect(shown()).toEqual(['c SUCCESS', 'b SUCCESS', 'a FAILURE'])
    expect(live.lit.get().has('c')).toBe(true)
  })

  it('lets rows wait while the list is held, and brings them when asked', async () => {
    live.hold.set('a row is picked')
    await tasks([row('c', 30)], 11)
    expect([shown().length, live.fresh.get().rows.size]).toEqual([2, 1])
    await live.showNew()
    expect([shown()[0], live.fresh.get().rows.size]).toEqual(['c SUCCESS', 0])
  })

  it('lets rows wait when more than five a second come', async () => {
    await tasks(Array.from({ length: 30 }, (_, index) => row(`n${index}`, 30)), 11)
    expect([shown().length, live.fresh.get().rows.size]).toEqual([2, 30])
  })

  it('freezes shown rows while paused', async () => {
    live.pause(true)
    await tasks([row('a', 10, { state: 'FAILURE' }), row('c', 30)], 11)
    expect([shown(), live.fresh.get().rows.size]).toEqual([['b SUCCESS', 'a SUCCESS'], 1])
  })

  it('fades what left the search until it matches again', async () => {
    await tasks([], 11, { gone: ['a'] })
    expect([...live.gone.get()]).toEqual(['a'])
    await tasks([row('a', 10)], 12)
    expect(live.gone.get().size).toBe(0)
  })

  it('comes back from a lost line where it stopped', async () => {
    await tasks([row('c', 30)], 17)
    lines[0]?.end()
    await settle()
    expect(live.link.get()).toMatchObject({ state: 'lost', attempt: 1 })
    await vi.advanceTimersByTimeAsync(1100)
    expect(lines.map(({ lastId }) => lastId)).toEqual(['10', '17'])
    expect(live.link.get()).toMatchObject({ state: 'open', attempt: 0 })
  })

  it('takes 25 s without a ping for a dead line', async () => {
    await vi.advanceTimersByTimeAsync(20_000)
    lines[0]?.say(': ping\n\n')
    await vi.advanceTimersByTimeAsync(20_000)
    expect(live.link.get().state).toBe('open')
    await vi.advanceTimersByTimeAsync(6_000)
    expect(live.link.get().state === 'lost' || lines.length === 2).toBe(true)
  })

  it('reads the list anew after a gap, unless it is held', async () => {
    const read = vi.spyOn(client, 'invalidateQueries')
    live.hold.set('the list is scrolled')
    lines[0]?.say('id: 40\nevent: gap\ndata: {"seq":40,"reason":"slow"}\n\n')
    await settle()
    expect(live.fresh.get().partial).toBe(true)
    expect(read).not.toHaveBeenCalledWith({ queryKey: key })
    live.hold.set(null)
    lines[0]?.say('id: 41\nevent: gap\ndata: {"seq":41,"reason":"slow"}\n\n')
    await settle()
    expect(read).toHaveBeenCalledWith({ queryKey: key })
  })

  it('carries another topic while a page asks for it, and goes on where it was', async () => {
    await tasks([row('c', 30)], 17)
    const stopListening = live.listen('self')
    await settle()
    expect(lines.at(-1)?.url).toContain('self')
    expect(lines.at(-1)?.lastId).toBe('17')
    lines.at(-1)?.say('id: 18\nevent: self\ndata: {"version":"9.9"}\n\n')
    await settle()
    expect(client.getQueryData(self.queryKey)).toEqual({ version: '9.9' })
    stopListening()
    await settle()
    expect(lines.at(-1)?.url).not.toContain('self')
    expect(lines.at(-1)?.url).toContain('tasks')
  })
})
