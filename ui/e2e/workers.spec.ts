import { expect, heading, test } from './stack'

test('workers are listed live; one that says goodbye is OFFLINE with its reason', async ({ page, stack }) => {
  await page.goto(`${stack.url}/workers`)
  await expect(heading(page)).toHaveText('Both workers are online')
  await stack.ask({ stop_worker: 'w2@localhost' })
  await expect(heading(page)).toHaveText('1 of 2 workers is online; w2@localhost is gone')
  await expect(page.getByRole('row', { name: /w2@localhost/ })).toContainText('OFFLINE')
  await expect(page.getByRole('region', { name: 'Trouble' })).toContainText(/w2@localhost is offline/)
  await expect(page).toHaveTitle(/^\(1 offline\) Workers/)
  await stack.ask({ start_worker: 'w2@localhost' })
  await expect(heading(page)).toHaveText('Both workers are online', { timeout: 30_000 })
})
