import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { expect, heading, test, watch, type Stack } from './stack'

// a stack of its own: workers that are made up here stay in the list of workers
test.use({ crew: 1 })

const markup = '<img src=x onerror="window.hacked=true">\u202egnp'
const beat = (processed: number): [string, object] => ['worker-heartbeat', { freq: 2, active: 0, processed, loadavg: [0, 0, 0], sw_ident: 'py-celery', sw_ver: '5', sw_sys: 'Linux' }]
const doubts = (page: Page) => page.locator('.doubt a')

/** Plays a worker that ran twenty tasks of which no event arrived. */
async function lose(stack: Stack, hostname: string): Promise<void> {
  await stack.publish(hostname, beat(0), ['task-started', { uuid: `of ${hostname}` }], beat(1), beat(21), beat(21), beat(21))
}

test('the page answers, follows, and tells each worker apart', async ({ page, stack }) => {
  const wrong = await watch(page)
  await page.goto(`${stack.url}/tasks`)
  await heading(page).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('u')
  await expect(page).toHaveURL(/\/self$/)
  await expect(page.getByRole('region', { name: 'Process' })).toContainText('Memory')
  await stack.send('add', { args: [1, 1] })
  const worker = page.getByRole('region', { name: 'Loss by worker' }).getByRole('row', { name: /w1@localhost/ })
  await expect(worker).toBeVisible()
  await expect(async () => {
    await stack.send('add', { args: [1, 1] })
    await expect(worker).toContainText('0 %', { timeout: 1_000 })
  }).toPass({ timeout: 30_000 })
  await expect(heading(page)).toHaveText(/^Umbel sees everything: /)
  await expect(page.getByRole('list', { name: 'The way of an event' })).toContainText('none malformed')
  const stored = page.getByRole('region', { name: 'Store', exact: true })
  await expect(stored).toContainText('answers')
  const before = await stored.getByRole('definition').nth(1).textContent()
  await stack.send('add', { args: [2, 2] })
  await expect(stored.getByRole('definition').nth(1)).not.toHaveText(before ?? '') // by the stream: nothing was loaded anew
  await expect(doubts(page)).toHaveCount(0)
  expect(wrong).toEqual([])
})

test('a loss is said on every page, why at a look, and leads to what to do', async ({ page, stack }) => {
  const wrong = await watch(page)
  await page.goto(`${stack.url}/tasks`)
  await lose(stack, `bad ${markup}@host`)
  await expect(doubts(page)).toContainText('Misses', { timeout: 20_000 })
  await doubts(page).focus()
  await expect(page.getByRole('tooltip')).toContainText('the events of 20 did not arrive')
  await expect(doubts(page)).toHaveAccessibleDescription(/the events of 20 did not arrive/)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect((await new AxeBuilder({ page }).include('.doubt').analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  }
  await page.keyboard.press('Escape')
  await expect(page.getByRole('tooltip')).toHaveCount(0)
  await doubts(page).hover()
  await expect(page.getByRole('tooltip')).toBeVisible()
  await page.goto(`${stack.url}/workers`)
  await expect(doubts(page)).toBeVisible()
  await doubts(page).focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/self$/)
  await expect(heading(page)).toHaveText(/limits? what Umbel can see$/)
  await expect(page).toHaveTitle(/^\(\d+\) Umbel itself/)
  await expect(page.getByRole('region', { name: 'What limits Umbel' })).toContainText('client-output-buffer-limit')
  await expect(page.getByRole('row', { name: /^bad .*onerror/ })).toContainText('100 %')
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expect(await page.locator('main img, .doubt img').count()).toBe(0)
  for (const width of [760, 390, 320]) {
    await page.setViewportSize({ width, height: 740 })
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
  }
  expect(wrong).toEqual([])
})
