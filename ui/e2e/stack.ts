import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { test as base, expect, type Page } from '@playwright/test'

const root = fileURLToPath(new URL('../..', import.meta.url))
const app = 'tests.support.celery_app'
const startMs = 90_000

interface Hello {
  url: string
  workers: Record<string, number>
}

interface Answer {
  id?: string
  ok?: boolean
  error?: string
}

function python(): string {
  const desk = ['.venv/bin/python', '.venv/Scripts/python.exe'].map((path) => root + path).find(existsSync)
  return process.env.UMBEL_PYTHON ?? desk ?? 'python3'
}

/** Entries that the workers know, and no beat that sends them: for `test.use({ schedule })`. */
export const schedule = JSON.stringify({
  'tick tock': { task: `${app}.add`, schedule: 2, args: [1, 2] },
  nightly: { task: `${app}.total`, schedule: 86_400, args: [[1]] },
  '<img src=x onerror=alert(1)> \u202egnp.exe': { task: `${app}.add`, schedule: 90_000 },
  wrong: { task: `${app}.add`, schedule: 'now and then' },
})

/** A real broker, real Celery workers and a real Umbel: `python -m tests.support.stack`. */
export class Stack {
  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
    readonly hello: Hello,
  ) {}

  static async start(workers: number, slot: number, entries: string): Promise<Stack> {
    const known = entries === '' ? {} : { UMBEL_TEST_SCHEDULE: entries, UMBEL_SCHEDULE_INTERVAL_GRACE: '1' }
    const child = spawn(python(), ['-m', 'tests.support.stack', '--workers', String(workers)], { cwd: root, env: { ...process.env, ...known, UMBEL_TEST_SLOT: `${10 + slot}` } })
    const reader: Interface = createInterface({ input: child.stdout })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
    const lines = reader[Symbol.asyncIterator]()
    const timer = setTimeout(() => child.kill(), startMs)
    const ended = new Promise<never>((_, reject) => child.on('error', reject))
    const first = await Promise.race([lines.next(), ended])
    clearTimeout(timer)
    if (first.done) throw new Error(`the stack did not start: ${said}`)
    const stack = new Stack(child, lines, JSON.parse(first.value) as Hello) // its first line, by its contract
    await stack.warm()
    return stack
  }

  /** Workers send task events only after Umbel has asked them to: tests start when a whole task was heard. */
  private async warm(): Promise<void> {
    for (const until = Date.now() + startMs; Date.now() < until; ) {
      const id = await this.send('add', { args: [1, 1] })
      for (let tries = 0; tries < 6; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        const answer = await fetch(`${this.url}/api/v1/tasks/${id}`)
        if (answer.ok && (await answer.text()).includes('"SUCCESS"')) return
      }
    }
    throw new Error('no task was heard')
  }

  get url(): string {
    return this.hello.url
  }

  /** Sends a task as a producer would and returns its id. `name` is one of the test application's, or any other. */
  async send(name: string, { args = [], kwargs = {}, options = {} }: { args?: unknown[]; kwargs?: object; options?: object } = {}): Promise<string> {
    const { id } = await this.ask({ send: /^\w+$/.test(name) ? `${app}.${name}` : name, args, kwargs, options })
    if (!id) throw new Error(`${name} was not sent`)
    return id
  }

  /** Sends events as a worker of any name would, by Celery's own dispatcher. */
  async publish(hostname: string, ...events: [type: string, fields: object][]): Promise<void> {
    await this.ask({ publish: hostname, events })
  }

  async ask(request: object): Promise<Answer> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`)
    const line = await this.lines.next()
    if (line.done) throw new Error('the stack ended')
    const answer = JSON.parse(line.value) as Answer // one line, by its contract
    if (answer.error) throw new Error(answer.error)
    return answer
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.on('exit', resolve))
    this.process.stdin.end()
    await ended
  }
}

/** The stack, or why there is none. */
type Running = { stack: Stack } | { missing: Error }

/** Tests against the real thing. Without its services they fail in CI, and are skipped, saying so, at a desk. */
export const test = base.extend<{ stack: Stack }, { running: Running; crew: number; schedule: string }>({
  /** How many workers the stack has. A file with another number gets a stack of its own. */
  crew: [2, { scope: 'worker', option: true }],
  /** Entries of a schedule that its workers know, as JSON; none by default. */
  schedule: ['', { scope: 'worker', option: true }],
  running: [
    async ({ crew, schedule: entries }, use, { parallelIndex }) => {
      let running: Running
      try {
        running = { stack: await Stack.start(crew, parallelIndex, entries) }
      } catch (error) {
        running = { missing: error instanceof Error ? error : new Error(String(error)) }
      }
      await use(running)
      if ('stack' in running) await running.stack.stop()
    },
    { scope: 'worker', timeout: startMs + 10_000 },
  ],
  stack: async ({ running }, use, info) => {
    // eslint-disable-next-line react-hooks/rules-of-hooks -- Playwright's `use` is no hook
    if ('stack' in running) return use(running.stack)
    if (process.env.UMBEL_REQUIRE_SERVICES === '1') throw running.missing
    info.skip(true, `no broker, workers and Umbel here: ${running.missing.message}`)
  },
})

export { expect }

/** Notes whatever must never happen on a page: an error, a refused script or style, a script that came in as data. */
export async function watch(page: Page): Promise<string[]> {
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) wrong.push(message.text())
  })
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`)))
  return wrong
}

/** The row of a task in the list. */
export const rowOf = (page: Page, id: string) => page.getByRole('row').filter({ has: page.locator(`a[href$="/tasks/${id}"]`) })

export const heading = (page: Page) => page.getByRole('heading', { level: 1 })

/** The live badge. */
export const badge = (page: Page) => page.locator('button.live')
