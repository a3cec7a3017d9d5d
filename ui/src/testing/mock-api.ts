import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connect, Plugin } from 'vite'

import type { TaskRow } from '@/api/types'

import { settingsOf } from './mock-settings.ts'
import { linesOf } from './mock-lines.ts'
import { FailureWorld } from './mock-failures.ts'
import { Figures } from './mock-figures.ts'
import { workerDetail, workerHistory, workersHistory } from './mock-workers.ts'
import { QueueWorld } from './mock-queues.ts'
import { auditOf } from './mock-audit.ts'
import { ScheduleWorld } from './mock-schedules.ts'
import { World, type Scenario } from './mock-world.ts'

const known = new Set(['state', 'name', 'task', 'worker', 'queue', 'id', 'root', 'parent', 'exception', 'runtime', 'received', 'started', 'finished', 'wait', 'after', 'before', 'is', 'retries', 'kwargs', 'args', 'result'])

interface Wrong {
  position: number
  detail: string
}

/** A small part of the search language: enough to look at the pages. */
function matcher(search: string): ((row: TaskRow) => boolean) | Wrong {
  const tests: ((row: TaskRow) => boolean)[] = []
  for (const found of search.matchAll(/(-?)([\w.]+):("(?:\\.|[^"\\])*"|\S+)|\S+/g)) {
    const [whole, minus, field, raw = ''] = found
    const value = raw.replaceAll(/["\\]/g, '').toLowerCase()
    if (whole === 'OR') continue
    if (!field) {
      tests.push((row) => JSON.stringify(row).toLowerCase().includes(whole.replaceAll('"', '').toLowerCase()))
      continue
    }
    if (!known.has(field.split('.')[0] ?? '')) return { position: found.index, detail: `There is no field ${field}. Fields are state, name, worker, queue, id, root, parent, args, kwargs, result, exception, retries, runtime, wait, received, started, finished.` }
    if (['runtime', 'received', 'started', 'finished', 'wait', 'after', 'before', 'is'].includes(field)) continue
    const key = field === 'task' ? 'name' : field.split('.')[0]
    const test = (row: TaskRow) => value.split(',').some((v) => JSON.stringify(row[key as keyof TaskRow] ?? '').replaceAll(/["\\]/g, '').toLowerCase().startsWith(v.replace('*', ''))) // its names are checked above
    tests.push((row) => test(row) !== (minus === '-'))
  }
  return (row) => (search.includes(' OR ') ? tests.some((t) => t(row)) : tests.every((t) => t(row)))
}

const testOf = (search: string): ((row: TaskRow) => boolean) => {
  const found = matcher(search)
  return typeof found === 'function' ? found : () => false
}

function send(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}

class MockApi {
  private world = new World('rich')
  private failing = false
  private failures = new FailureWorld('rich', this.world.tasks)

  readonly handle: Connect.NextHandleFunction = (request, response, next) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    if (!url.pathname.startsWith('/api/v1/')) {
      next()
      return
    }
    this.answer(url, request, response)
  }

  private answer(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const path = url.pathname.slice('/api/v1/'.length)
    const set = url.searchParams.get('set')
    if (path === 'scenario' && set) {
      this.failing = set === 'error'
      this.world = new World(set === 'error' ? 'rich' : (set as Scenario)) // typed by hand at a desk
      this.failures = new FailureWorld(this.world.scenario, this.world.tasks)
      send(response, { set }); return;
    }
    if (this.failing && path === 'tasks') { send(response, { type: 'about:blank', title: 'Busy', status: 503, detail: 'The store did not answer in 5 s' }, 503); return; }
    if (path === 'tasks') { this.list(url, response); return; }
    if (path === 'stream') { this.stream(url, request, response); return; }
    if (path === 'task-names') { send(response, this.world.names()); return; }
    if (path === 'workers') { send(response, this.world.workers()); return; }
    if (path === 'workers-history') { send(response, workersHistory(this.world.scenario)); return; }
    if (path.startsWith('workers/')) {
      const [, name = '', verb] = path.split('/')
      const found = verb === 'history' ? workerHistory((Date.now() - Date.parse(url.searchParams.get('since') ?? '')) / 3_600_000) : workerDetail(this.world.scenario, decodeURIComponent(name))
      send(response, found ?? { type: 'about:blank', title: 'Not found', status: 404, detail: 'No such worker' }, found ? 200 : 404); return;
    }
    const queues = new QueueWorld(this.world.scenario)
    if (path === 'queues') { send(response, queues.list()); return; }
    if (path === 'broker') { send(response, queues.brokerDetail()); return; }
    if (path.startsWith('queues/')) {
      const queue = queues.detail(decodeURIComponent(path.slice('queues/'.length)))
      send(response, queue ?? { type: 'about:blank', title: 'Not found', status: 404, detail: 'There is no such queue' }, queue ? 200 : 404); return;
    }
    const schedules = new ScheduleWorld(this.world.scenario)
    if (path === 'schedules') { send(response, schedules.list(url.searchParams)); return; }
    if (path === 'schedules/timeline') { send(response, schedules.timeline()); return; }
    if (path.startsWith('schedules/')) {
      const [, id = '', verb] = path.split('/')
      const found = verb === 'runs' ? { items: [], next: null } : schedules.detail(decodeURIComponent(id))
      send(response, found ?? { type: 'about:blank', title: 'Not found', status: 404, detail: 'There is no such entry' }, found ? 200 : 404); return;
    }
    if (path === 'audit') { send(response, auditOf(this.world.scenario)); return; }
    if (path === 'overview') { send(response, this.world.overview()); return; }
    if (path === 'health') { send(response, this.world.health()); return; }
    if (path === 'gaps') { send(response, this.world.gaps()); return; }
    if (path === 'self') { send(response, this.world.self()); return; }
    if (path === 'history') { send(response, { export: null, clearing: null }); return; }
    if (path === 'history/preview') { send(response, { goes: { kind: 'exact', value: 1108 }, stored: 1200, unfinished: 92 }); return; }
    if (path === 'settings') { send(response, settingsOf()); return; }
    if (path === 'failures') { send(response, this.failures.list(url.searchParams.get('decision'))); return; }
    if (path.startsWith('failures/')) {
      const [, id = '', verb] = path.split('/')
      const found = verb === 'decision' ? this.failures.decide(id, 'resolved', 'as the mock says') : this.failures.detail(id)
      send(response, found ?? { type: 'about:blank', title: 'Not found', status: 404, detail: 'There is no such group' }, found ? 200 : 404); return;
    }
    const figures = new Figures(this.world, testOf).answer(path, url)
    if (figures !== undefined) { send(response, figures); return; }
    if (path === 'me') { send(response, { user: 'ann', role: 'operator', auth: 'basic', reason: null }); return; }
    const detail = this.world.detail(decodeURIComponent(path.replace('tasks/', '')))
    if (detail) { send(response, detail); return; }
    send(response, { type: 'about:blank', title: 'Not found', status: 404, detail: 'No such task' }, 404)
  }

  private list(url: URL, response: ServerResponse): void {
    const search = url.searchParams.get('search') ?? ''
    const sort = url.searchParams.get('sort') ?? '-arrived'
    const test = matcher(search)
    if (typeof test !== 'function') { send(response, { type: 'about:blank', title: 'Wrong search', status: 400, ...test }, 400); return; }
    const matches = this.world.tasks.filter(test)
    if (sort.replace('-', '') === 'runtime') matches.sort((a, b) => ((a.runtime_s ?? 0) - (b.runtime_s ?? 0)) * (sort.startsWith('-') ? -1 : 1))
    if (sort.replace('-', '') === 'name') matches.sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '') * (sort.startsWith('-') ? -1 : 1))
    const from = Number(url.searchParams.get('cursor') ?? 0)
    const to = from + Number(url.searchParams.get('limit') ?? 100)
    send(response, { items: matches.slice(from, to), next: to < matches.length ? String(to) : null, total: { kind: 'exact', value: matches.length }, coverage: { complete: true, reason: null, until: null }, seq: this.world.seq })
  }

  private stream(url: URL, request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    const say = (event: string, data: unknown) => response.write(`id: ${this.world.seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    const test = matcher(url.searchParams.get('search') ?? '')
    const hasLines = url.searchParams.get('topics')?.includes('lines') ?? false
    const hasTasks = url.searchParams.get('topics')?.includes('tasks') ?? false
    if (hasLines) say('lines', { ...linesOf(this.world.tasks.filter((row) => typeof test !== 'function' || test(row)).slice(0, 60).reverse(), this.world.seq), recent: true })
    say('hello', { seq: this.world.seq, now: new Date().toISOString() })
    const timer = setInterval(() => {
      const rows = this.world.step()
      const items = typeof test === 'function' ? rows.filter(test) : rows
      if (hasTasks && rows.length > 0) say('tasks', { seq: this.world.seq, items, gone: rows.filter((r) => !items.includes(r)).map(({ id }) => id), changed: rows.length, sampled: false })
      if (hasLines) { say('lines', linesOf(rows.filter((row) => items.includes(row)), this.world.seq)); return; }
      say('overview', this.world.overview())
      say('health', this.world.health())
      if (url.searchParams.get('topics')?.includes('self')) say('self', this.world.self())
    }, 900)
    request.on('close', () => clearInterval(timer))
  }
}

/** Answers the API from memory, for work on the pages without a server: `UMBEL_MOCK=1 npm run dev`. Never shipped. */
export function mockApi(): Plugin {
  const api = new MockApi()
  return {
    name: 'umbel-mock-api',
    configureServer: (server) => void server.middlewares.use(api.handle),
    configurePreviewServer: (server) => void server.middlewares.use(api.handle),
  }
}
