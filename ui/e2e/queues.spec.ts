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

  await row.getByRole('link', { name: 'reports' }).click()
  await expect(heading(page)).toHaveText('reports has no worker')
  await expect(page.getByRole('region', { name: 'Figures' })).toContainText('12')
  await expect(page.getByRole('region', { name: 'Messages' })).toBeVisible()
})
