import AxeBuilder from '@axe-core/playwright'

import { expect, heading, test } from './stack'

test('a queue nobody consumes is found, with how much waits, since when, and what to do', async ({ page, stack }) => {
  test.setTimeout(90_000)
  for (let n = 0; n < 12; n += 1) await stack.send('add', { args: [n, n], options: { queue: 'reports', priority: n % 10 } })
  await page.goto(`${stack.url}/queues`)
  const row = page.getByRole('row', { name: /reports/ })
  await expect(row).toContainText('12', { timeout: 30_000 })
  await expect(row.getByRole('cell').last()).toHaveText('none', { timeout: 40_000 })
  await expect(heading(page)).toHaveText(/reports has no worker/)
  await expect(page.getByText(/No worker consumes reports\..*12 tasks wait there, the oldest for \d+\s*(s|min)/)).toBeVisible()
  await expect(page.getByRole('region', { name: 'Broker' })).toContainText('refuses writes')

  await page.getByRole('button', { name: 'What is in reports' }).click()
  await expect(page).toHaveURL(/open=reports/)
  await expect(page.getByText('Nobody consumes it.')).toBeVisible()
  await expect(page.getByText('By priority, the first taken first')).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])

  await row.getByRole('link', { name: 'reports' }).click()
  await expect(heading(page)).toHaveText('reports has no worker')
  await expect(page.getByRole('region', { name: 'Figures' })).toContainText('12')
  await expect(page.getByRole('region', { name: 'Messages' })).toBeVisible()
  await page.emulateMedia({ colorScheme: 'dark' })
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

test('the broker has a page of its own, and is told to be out of reach when it is', async ({ page, stack }) => {
  await page.goto(`${stack.url}/broker`)
  await expect(heading(page)).toHaveText('Redis is well')
  await expect(page.getByText(/^Redis \d+\.\d+\.\d+, connected/)).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await stack.ask({ stop_broker: true })
  await expect(heading(page)).toHaveText('Redis is out of reach', { timeout: 30_000 })
  await expect(page.getByText(/All figures are of/)).toBeVisible()
  await stack.ask({ start_broker: true })
})
