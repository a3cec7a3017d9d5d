import { expect, heading, rowOf, test, watch } from './stack'

test('failures of one kind are one group, which leads to its tasks and can be resolved', async ({ page, stack }) => {
  const wrong = await watch(page)
  const told = `order ${Date.now()}`
  for (const _ of [1, 2]) await stack.send('fail', { args: [`gone with ${told.replace(/\d+/, (n) => `${Number(n) + _}`)}`] })
  const last = await stack.send('fail', { args: [`gone with ${told}`] })
  await page.goto(`${stack.url}/failures`)
  const group = page.getByRole('row').filter({ hasText: 'gone with order <n>' })
  await expect(group.locator('.cell').first()).toHaveText('3')
  await expect(heading(page)).toContainText(/failures? in the last hour/)

  await group.locator('.ex a').click()
  const panel = page.getByRole('region', { name: 'Selected group' })
  await expect(panel).toContainText('celery_app.py fail')
  await expect(panel.locator('.own').last()).toContainText('celery_app.py')
  await panel.getByRole('link', { name: 'Its tasks' }).click()
  await expect(rowOf(page, last)).toBeVisible()
  await expect(page).toHaveURL(/search=failure/)

  await page.goBack()
  await panel.getByRole('button', { name: 'Resolve…' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('fixed in 2.1')
  await page.getByRole('button', { name: 'Resolve the group' }).click()
  await expect(group).toHaveCount(0)
  await page.getByRole('button', { name: /^Resolved/ }).click()
  await expect(group).toBeVisible()

  await stack.send('fail', { args: [`gone with ${told}`] })
  await page.getByRole('button', { name: /^Open/ }).click()
  await expect(group).toContainText('back')
  await group.locator('.ex a').click()
  await expect(panel).toContainText('fixed in 2.1')
  expect(wrong).toEqual([])
})
