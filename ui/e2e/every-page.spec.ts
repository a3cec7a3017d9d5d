import { readFileSync } from 'node:fs'

import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { expect, heading, schedule, test, type Stack } from './stack'

test.use({ schedule })

interface World {
  failed: string
  group: string
  entry: string
}

type Ready = (page: Page) => Promise<unknown>

/** An address of a page, and what it shows when it is there. */
interface View {
  name: string
  at: string | ((world: World) => string)
  ready: Ready
}

const table: Ready = (page) => page.getByRole('table').first().waitFor()
const text =
  (words: string): Ready =>
  (page) =>
    page.getByText(words).first().waitFor()
const region =
  (name: string): Ready =>
  (page) =>
    page.getByRole('region', { name, exact: true }).waitFor()

/** By the path that the router knows it by. */
const views: Record<string, View[]> = {
  '/': [{ name: 'overview', at: '/', ready: region('Next runs') }],
  '/tasks': [
    { name: 'tasks', at: '/tasks', ready: (page) => page.getByRole('row').nth(2).waitFor() },
    { name: 'tasks, nothing found', at: '/tasks?search=name:nothing', ready: text('No task matches this search') },
    { name: 'tasks, wrong search', at: '/tasks?search=colour:red', ready: (page) => page.getByRole('alert').waitFor() },
  ],
  '/tasks/$id': [
    { name: 'a failed task', at: ({ failed }) => `/tasks/${failed}`, ready: region('Why') },
    { name: 'an unknown task', at: '/tasks/there-is-no-such-id', ready: text('Umbel does not know this task') },
  ],
  '/workflow/$id': [{ name: 'a workflow', at: ({ failed }) => `/workflow/${failed}`, ready: region('Graph') }],
  '/task-types': [{ name: 'task types', at: '/task-types', ready: table }],
  '/task-types/$name': [{ name: 'a task type', at: '/task-types/tests.support.celery_app.always_retry', ready: region('Limits') }],
  '/failures': [{ name: 'failures', at: '/failures', ready: (page) => page.getByRole('region', { name: 'Selected group' }).getByText('Example').waitFor() }],
  '/failures/$id': [{ name: 'a group of failures', at: ({ group }) => `/failures/${group}`, ready: text('Example') }],
  '/workers': [{ name: 'workers', at: '/workers', ready: (page) => page.getByRole('row', { name: /w1@localhost/ }).waitFor() }],
  '/workers/$name': [
    {
      name: 'a worker',
      at: '/workers/w1@localhost',
      ready: async (page) => {
        await page.getByText('Registered tasks').click()
        await page.getByRole('group', { name: 'Registered tasks' }).waitFor()
      },
    },
  ],
  '/queues': [{ name: 'queues', at: '/queues?open=reports', ready: (page) => page.getByRole('row', { name: /reports/ }).waitFor() }],
  '/queues/$name': [{ name: 'a queue', at: '/queues/reports', ready: region('Messages') }],
  '/broker': [{ name: 'broker', at: '/broker', ready: region('Reachability') }],
  '/schedules': [{ name: 'schedule', at: '/schedules', ready: table }],
  '/schedules/$id': [{ name: 'an entry of the schedule', at: ({ entry }) => `/schedules/${entry}`, ready: table }],
  '/monitor': [{ name: 'monitor', at: '/monitor', ready: (page) => page.getByRole('log').waitFor() }],
  '/audit': [{ name: 'audit log', at: '/audit', ready: text('Nobody has given a command yet') }],
  '/settings': [{ name: 'settings', at: '/settings', ready: text('Average run time') }],
  '/self': [{ name: 'Umbel itself', at: '/self', ready: region('Loss by worker') }],
  none: [{ name: 'no such page', at: '/nowhere', ready: text('There is no such page') }],
}

let made: Promise<World> | null = null

async function items(stack: Stack, path: string): Promise<Record<string, string>[]> {
  const answer = await fetch(`${stack.url}/api/v1/${path}`)
  return ((await answer.json()) as { items: Record<string, string>[] }).items
}

/** One of everything: a failure after retries, a queue that nobody reads, an entry that was missed. */
async function make(stack: Stack): Promise<World> {
  const failed = await stack.send('always_retry')
  for (let n = 0; n < 3; n += 1) await stack.send('add', { args: [n, n], options: { queue: 'reports', priority: n } })
  const world = { failed, group: '', entry: '' }
  await expect(async () => {
    world.group = (await items(stack, 'failures')).find(({ names }) => JSON.stringify(names).includes('always_retry'))?.id ?? ''
    world.entry = (await items(stack, 'schedules')).find(({ name, verdict }) => name === 'tick tock' && verdict === 'missed')?.id ?? ''
    expect([world.group, world.entry]).not.toContain('')
    expect((await items(stack, 'queues')).map(({ name }) => name)).toContain('reports')
  }).toPass({ timeout: 45_000 })
  return world
}

async function findings(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`)
}

test('every page of the router is looked at here', () => {
  const router = readFileSync(new URL('../src/app/router.tsx', import.meta.url), 'utf8')
  const paths = [...router.matchAll(/^ +path: '([^']+)'/gm)].map(([, path]) => path)
  expect(Object.keys(views).sort()).toEqual([...paths, 'none'].sort())
})

for (const { name, at, ready } of Object.values(views).flat()) {
  test(`${name}: axe finds nothing in either theme, and nothing scrolls sideways`, async ({ page, stack }) => {
    test.setTimeout(90_000)
    const world = await (made ??= make(stack))
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await page.goto(stack.url + (typeof at === 'string' ? at : at(world)))
    await heading(page).waitFor()
    await ready(page)
    expect(await findings(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    expect(await findings(page, ['color-contrast'])).toEqual([]) // nothing else depends on the theme
    for (const width of [760, 390, 320]) {
      await page.setViewportSize({ width, height: 740 })
      const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      await expect.poll(over, { message: `at ${width} px` }).toBeLessThanOrEqual(0)
    }
  })
}

test('overlays have no finding either', async ({ page, stack }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(`${stack.url}/tasks`)
  await page.getByRole('row').nth(1).waitFor()
  for (const key of ['?', 'Control+k']) {
    await page.keyboard.press(key)
    await page.getByRole('dialog').waitFor()
    expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'Display' }).click()
  expect((await new AxeBuilder({ page }).include('.menu').analyze()).violations).toEqual([])
})
