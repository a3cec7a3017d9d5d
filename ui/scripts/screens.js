/* global document, window -- one function runs in the page */
// Pictures of every page into docs/screens: `npm run screens` (with --real alone, --mock alone, or --page /failures).
// The pages are those of the router. Real ones are of `umbel demo`; empty, huge and broken ones of the made-up world in src/testing.
import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { chromium } from '@playwright/test'

const { values: asked } = parseArgs({ options: { real: { type: 'boolean' }, mock: { type: 'boolean' }, page: { type: 'string' }, url: { type: 'string' }, out: { type: 'string' } } })
const ui = fileURLToPath(new URL('..', import.meta.url))
const out = asked.out ?? join(ui, '../docs/screens')
const most = 15_000_000
const quality = 55
const warmUpMs = 45_000
/** Charts are drawn in the frame after their figures came. */
const settleMs = 400
/** The demo's own; a server at --url takes UMBEL_USER and UMBEL_PASSWORD. */
const reader = { username: process.env.UMBEL_USER ?? 'admin', password: process.env.UMBEL_PASSWORD ?? 'admin123' }
const authorization = `Basic ${Buffer.from(`${reader.username}:${reader.password}`).toString('base64')}`

const views = [
  { name: 'light-1440', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { name: 'dark-1440', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { name: 'light-390', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { name: 'dark-390', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
]

/** Every address that the router knows. */
const pages = [...new Set([...readFileSync(join(ui, 'src/app/router.tsx'), 'utf8').matchAll(/^\s*path: '([^']+)',$/gm)].map(([, path]) => path))].filter((path) => !asked.page || path === asked.page)

/** What stands in a page's address, taken from what the server lists. A page without a rule here stops the run. */
const parameters = {
  '/tasks/$id': ['tasks?search=state:failure&limit=1', (found) => found.items[0]?.id],
  '/workflow/$id': ['tasks?limit=200', (found) => (found.items.find(({ parent_id }) => parent_id) ?? found.items[0])?.root_id],
  '/failures/$id': ['failures', (found) => found.items[0]?.id],
  '/workers/$name': ['workers', (found) => found.items[0]?.name],
  '/queues/$name': ['queues', (found) => found.items[0]?.name],
  '/task-types/$name': ['task-names', (found) => found.items[0]?.name],
  '/schedules/$id': ['schedules', (found) => found.items[0]?.id],
}

async function address(base, path) {
  if (!path.includes('$')) return path
  const rule = parameters[path]
  if (!rule) throw new Error(`scripts/screens.js has no rule for what stands in ${path}`)
  const answer = await fetch(`${base}/api/v1/${rule[0]}`, { headers: { authorization } })
  const value = answer.ok ? rule[1](await answer.json()) : undefined
  return value === undefined ? null : path.replace(/\$\w+/, encodeURIComponent(value))
}

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })

async function answers(url, forMs) {
  const until = Date.now() + forMs
  for (;;) {
    try {
      if ((await fetch(url)).ok) return
    } catch {
      // not yet
    }
    if (Date.now() > until) throw new Error(`${url} did not answer`)
    await new Promise((done) => setTimeout(done, 300))
  }
}

/** A demo with a broker and workers of its own, after some of its life. */
async function demo() {
  const port = await freePort()
  const python = process.env.UMBEL_PYTHON ?? join(ui, '../.venv/bin/python')
  const child = spawn(python, ['-m', 'umbel', 'demo', '--port', String(port)], { stdio: 'ignore', cwd: mkdtempSync(join(tmpdir(), 'umbel-screens-')) })
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/healthcheck`, 60_000)
  await new Promise((done) => setTimeout(done, warmUpMs))
  return { url, stop: () => child.kill('SIGINT') }
}

/** The pages as they are built, over the made-up world. */
async function mock() {
  process.env.UMBEL_MOCK = '1'
  const { build, preview } = await import('vite')
  const folder = mkdtempSync(join(tmpdir(), 'umbel-screens-'))
  await build({ root: ui, logLevel: 'error', build: { outDir: folder } })
  const server = await preview({ root: ui, logLevel: 'error', build: { outDir: folder }, preview: { port: await freePort(), host: '127.0.0.1' } })
  const url = server.resolvedUrls.local[0].replace(/\/$/, '')
  return {
    url,
    stop: async () => {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const taken = []
const nameOf = (path) => (path === '/' ? 'overview' : path.slice(1).replace(/\$/g, '').replace(/\//g, '-'))

async function picture(context, url, path, world, view) {
  const page = await context.newPage()
  const wrong = []
  page.on('pageerror', (error) => wrong.push(String(error)))
  await page.goto(url, { timeout: 60_000 })
  await page.locator('h1, h2').first().waitFor({ timeout: 30_000 }).catch(() => wrong.push('shows no heading'))
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached', timeout: 5_000 }).catch(() => wrong.push('is still loading'))
  await page.waitForTimeout(settleMs)
  if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wrong.push('scrolls sideways')
  const name = `${nameOf(path)}-${world}-${view.name}.jpg`
  await page.screenshot({ path: join(out, name), type: 'jpeg', quality })
  await page.close()
  taken.push(name)
  console.log(`${world}  ${view.name}  ${path}${wrong.length > 0 ? `  ${wrong.join('; ')}` : ''}`)
  if (wrong.length > 0) process.exitCode = 1
}

async function world(browser, base, name, shown) {
  const found = await Promise.all(pages.map(async (path) => [path, await address(base, path)]))
  for (const [path, at] of found) if (at === null) console.log(`${name}  ${path}: nothing to show there`)
  for (const view of shown) {
    const context = await browser.newContext({ extraHTTPHeaders: { authorization }, colorScheme: view.colorScheme, viewport: view.viewport, reducedMotion: 'reduce' })
    for (const [path, at] of found) if (at !== null) await picture(context, base + at, path, name, view)
    await context.close()
  }
}

mkdirSync(out, { recursive: true })
const browser = await chromium.launch({ executablePath: process.env.UMBEL_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
try {
  if (!asked.mock) {
    const real = asked.url ? { url: asked.url, stop: () => undefined } : await demo()
    try {
      await world(browser, real.url, 'normal', views)
    } finally {
      await real.stop()
    }
  }
  if (!asked.real) {
    const made = await mock()
    try {
      for (const [scenario, name] of [['empty', 'empty'], ['huge', 'huge'], ['blind', 'broken']]) {
        await fetch(`${made.url}/api/v1/scenario?set=${scenario}`)
        await world(browser, made.url, name, [views[0], views[3]])
      }
    } finally {
      await made.stop()
    }
  }
} finally {
  await browser.close()
}

/** What there is of a page, in this run or an earlier one. */
function listed(path) {
  const pattern = new RegExp(`^${nameOf(path)}-(normal|empty|huge|broken)-((?:light|dark)-\\d+)\\.jpg$`)
  const found = readdirSync(out).sort().flatMap((name) => (pattern.test(name) ? [name.replace(pattern, `[$1, $2](${name})`)] : []))
  return `| \`${path}\` | ${found.join(' · ')} |`
}

if (!asked.page) {
  const head = '# Pictures of every page\n\nMade by `npm run screens` in `ui/`: normal ones of `umbel demo`, all others of a made-up world.\n\n| page | pictures |\n| --- | --- |\n'
  writeFileSync(join(out, 'README.md'), `${head}${pages.map(listed).join('\n')}\n`)
}
const size = readdirSync(out).reduce((sum, name) => sum + statSync(join(out, name)).size, 0)
console.log(`${taken.length} pictures, ${(size / 1e6).toFixed(1)} MB`)
if (size > most) throw new Error(`they take more than ${most / 1e6} MB`)
