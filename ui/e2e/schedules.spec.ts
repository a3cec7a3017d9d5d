import { expect, heading, schedule, test, watch } from './stack'

test.use({ schedule })

test('beat does not send: whose fault it is, what was missed, what is wrong in an entry, and it is run by hand', async ({ page, stack }) => {
  const wrong = await watch(page)
  await page.goto(`${stack.url}/schedules`)
  await expect(heading(page)).toHaveText('Beat is not sending', { timeout: 40_000 })
  await expect(page).toHaveTitle(/^\(!\) Schedule/)
  const trouble = page.getByRole('region', { name: 'Trouble' })
  await expect(trouble).toContainText('workers are not at fault')
  await expect(page.getByRole('row', { name: /wrong/ })).toContainText('does not know when this is due')
  await expect(page.getByRole('row', { name: /onerror/ })).toContainText('\\u202egnp.exe')

  await trouble.getByRole('link', { name: 'tick tock' }).click()
  await expect(heading(page)).toContainText('tick tock')
  await page.getByRole('button', { name: 'Run now…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Run tick tock now' })
  await dialog.getByRole('button', { name: 'Run it now' }).click()
  await expect(dialog.getByRole('status')).toContainText('done')
  await dialog.getByText('Close', { exact: true }).click()
  expect(wrong).toEqual([])
})
