import AxeBuilder from '@axe-core/playwright'
import { test, type Page } from '@playwright/test'

import { expect, heading, Stack, watch } from './stack'

const schedule = {
  'tick tock': { task: 'tests.support.celery_app.add', schedule: 2, args: [1, 2] },
  nightly: { task: 'tests.support.celery_app.total', schedule: 86_400, args: [[1]] },
  '<img src=x onerror=alert(1)> \u202egnp.exe': { task: 'tests.support.celery_app.add', schedule: 90_000 },
  wrong: { task: 'tests.support.celery_app.add', schedule: 'now and then' },
}

/** A stack whose workers know a schedule, and where no beat runs. */
let stack: Stack | null = null
let missing = ''

// eslint-disable-next-line no-empty-pattern -- Playwright reads from it which fixtures are wanted: none
test.beforeAll(async ({}, { parallelIndex }) => {
  test.setTimeout(120_000)
  process.env.UMBEL_TEST_SCHEDULE = JSON.stringify(schedule)
  process.env.UMBEL_SCHEDULE_INTERVAL_GRACE = '1'
  try {
    stack = await Stack.start(1, 20 + parallelIndex)
  } catch (error) {
    if (process.env.UMBEL_REQUIRE_SERVICES === '1') throw error
    missing = error instanceof Error ? error.message : String(error)
  } finally {
    delete process.env.UMBEL_TEST_SCHEDULE
    delete process.env.UMBEL_SCHEDULE_INTERVAL_GRACE
  }
})

test.afterAll(() => stack?.stop())

async function isReadable(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}

test('from the overview it takes two presses to the missed run and why', async ({ page }) => {
  test.skip(stack === null, `no broker, workers and Umbel here: ${missing}`)
  const url = stack?.url ?? ''
  const wrong = await watch(page)
  await page.goto(`${url}/`)
  await page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Schedule' }).click()
  await expect(heading(page)).toHaveText('Beat is not sending', { timeout: 40_000 })
  await expect(page).toHaveTitle(/^\(!\) Schedule/)
  const trouble = page.getByRole('region', { name: 'Trouble' })
  await expect(trouble).toContainText('workers are not at fault')
  await expect(page.getByRole('row', { name: /wrong/ })).toContainText('does not know when this is due')
  await isReadable(page)

  await trouble.getByRole('link', { name: 'tick tock' }).click()
  await expect(heading(page)).toHaveText(/tick tock: .*missed/)
  await expect(page.getByRole('row', { name: /missed/ }).first()).toContainText(/did not send it|whether beat sent it is not known/)
  await isReadable(page)

  await page.getByRole('button', { name: 'Run now…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Run tick tock now' })
  await dialog.getByRole('button', { name: 'Run it now' }).click()
  await expect(dialog.getByRole('status')).toContainText('done')
  await dialog.getByText('Close', { exact: true }).click()

  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${url}/schedules`)
  await expect(heading(page)).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
  await isReadable(page)
  expect(wrong).toEqual([])
})
