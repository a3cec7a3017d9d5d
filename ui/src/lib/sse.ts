/** One message of a server-sent event stream. */
export interface SseMessage {
  event: string
  data: string
  id: string | null
}

/** Takes text as it comes, gives whole messages. Comments (pings) give none. */
export function sseParser(onMessage: (message: SseMessage) => void): (chunk: string) => void {
  let rest = ''
  let event = ''
  let data: string[] = []
  let id: string | null = null

  function field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') event = value
    else if (name === 'data') data.push(value)
    else if (name === 'id') id = value
  }

  function end(): void {
    if (data.length > 0) onMessage({ event: event || 'message', data: data.join('\n'), id })
    event = ''
    data = []
    id = null
  }

  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') end()
      else field(line)
    }
  }
}
