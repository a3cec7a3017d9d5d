import { expect, heading, test } from './stack'

test('a failure after retries tells its attempts, its reason and its traceback', async ({ page, stack }) => {
  const id = await stack.send('always_retry')
  await page.goto(`${stack.url}/tasks/${id}`)
  await expect(heading(page)).toContainText(/Failed( after [^:]+)? on attempt 3( of 3)?: never there/)
  await expect(page.locator('.attempts tbody tr')).toHaveCount(3)
  await expect(page.getByRole('region', { name: 'Why' })).toContainText('KeyError')
  await expect(page.getByRole('region', { name: 'Why' }).locator('.own').first()).toContainText('celery_app.py')
  await page.getByRole('button', { name: 'Text' }).click()
  await expect(page.getByLabel('Traceback', { exact: true }).last()).toContainText('Traceback (most recent call last)')
})

test('arguments and result are read as a tree', async ({ page, stack }) => {
  const id = await stack.send('add', { args: [20, 22] })
  await page.goto(`${stack.url}/tasks/${id}`)
  await expect(heading(page)).toContainText('Succeeded')
  await expect(page.getByRole('region', { name: 'Arguments' })).toContainText('20')
  await expect(page.getByRole('region', { name: 'Result' })).toContainText('42')
  await expect(page.getByRole('region', { name: 'Events' })).toContainText('task-succeeded')
})

test('a task that calls others shows them, and leads to them', async ({ page, stack }) => {
  const id = await stack.send('parent', { kwargs: { children: 2 } })
  await page.goto(`${stack.url}/tasks/${id}`)
  const family = page.getByRole('region', { name: 'Part of' })
  await expect(family.getByRole('link', { name: /success/ })).toHaveCount(2)
  await family.getByRole('link', { name: /success/ }).first().click()
  await expect(page.locator('.node.me')).toContainText('add')
})

test('a long result does not break the page', async ({ page, stack }) => {
  const id = await stack.send('big', { args: [100_000] })
  await page.goto(`${stack.url}/tasks/${id}`)
  await expect(heading(page)).toContainText('Succeeded')
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
})
