import { expect, heading, test, watch } from './stack'

test('lines come as workers say them, are chosen by a search, and wait while it is paused', async ({ page, stack }) => {
  const wrong = await watch(page)
  await page.goto(`${stack.url}/monitor`)
  const log = page.getByRole('log')
  const id = await stack.send('add', { args: [1, 2] })
  const short = `[${id.slice(0, 8)}]`
  await expect(log.getByText(new RegExp(`add\\${short} succeeded in [\\d.]+s`.replace(']', '\\]')))).toBeVisible()
  await expect(log.locator('li').filter({ hasText: short })).toHaveCount(3) // received, started, succeeded
  await expect(heading(page)).toContainText(/behind/)

  await page.getByRole('button', { name: /^received/ }).click()
  await expect(log.locator('li').filter({ hasText: short })).toHaveCount(2)

  await heading(page).click()
  await page.keyboard.press('Space')
  await expect(page.getByText(/^Paused/).last()).toBeVisible()
  const later = await stack.send('fail')
  await expect(page.getByText(/Paused, \d+ new/)).toBeVisible()
  await expect(log.getByText(`[${later.slice(0, 8)}]`)).toHaveCount(0)
  await heading(page).click()
  await page.keyboard.press('Space')
  await expect(log.locator('li.bad').filter({ hasText: `[${later.slice(0, 8)}]` })).toContainText('failed: ValueError')

  await page.goto(`${stack.url}/monitor?search=name:sleep`)
  const chosen = await stack.send('sleep', { args: [0.1] })
  await stack.send('add', { args: [3, 4] })
  await expect(log.locator('li').filter({ hasText: `[${chosen.slice(0, 8)}]` }).last()).toContainText('succeeded')
  await expect(log.locator('li').filter({ hasText: 'celery_app.add' })).toHaveCount(0)
  await log.locator('li').filter({ hasText: 'succeeded' }).last().locator('a.n').click()
  await expect(page).toHaveURL(/\/tasks\/[\w-]+$/)
  expect(wrong).toEqual([])
})
