import { describe, expect, it } from 'vitest'

import { sseParser, type SseMessage } from './sse'

function read(...chunks: string[]): SseMessage[] {
  const out: SseMessage[] = []
  const feed = sseParser((message) => out.push(message))
  for (const chunk of chunks) feed(chunk)
  return out
}

describe('sseParser', () => {
  it('joins messages that come in pieces', () => {
    expect(read('id: 4\neve', 'nt: tasks\nda', 'ta: {"a":1}\n', '\n')).toEqual([{ event: 'tasks', data: '{"a":1}', id: '4' }])
  })

  it('knows every line end', () => {
    expect(read('data: a\r\n\r\ndata: b\n\n').map(({ data }) => data)).toEqual(['a', 'b'])
    expect(read('data: a\r', '\n\r\n').map(({ data }) => data)).toEqual(['a'])
  })

  it('gives nothing for pings', () => {
    expect(read(': ping\n\n: ping\n\n')).toEqual([])
  })

  it('joins data of several lines', () => {
    expect(read('data: a\ndata: b\n\n')[0]?.data).toBe('a\nb')
  })
})
