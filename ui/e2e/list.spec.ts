import AxeBuilder from '@axe-core/playwright'

import { expect, heading, rowOf, test } from './stack'

test.use({ viewport: { width: 1440, height: 900 } })

test('counts narrow the list down, a view keeps it, and ticked rows are copied', async ({ page, context, stack }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const id = await stack.send('fail', { args: ['a reason of its own'] })
  const other = await stack.send('add', { args: [4, 5] })
  await page.goto(`${stack.url}/tasks`)
  await expect(rowOf(page, other)).toBeVisible()
  const facets = page.getByRole('complementary', { name: 'Narrow down' })
  await facets.getByRole('button', { name: /celery_app\.fail, / }).click()
  await expect(page).toHaveURL(/search=name:/)
  await expect(rowOf(page, id)).toBeVisible()
  await expect(rowOf(page, other)).toHaveCount(0)
  await facets.getByRole('button', { name: /^failure, / }).click()
  await expect(page).toHaveURL(/state:failure/)

  await page.getByRole('button', { name: 'Save view' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('My failures')
  await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click()
  await page.goto(`${stack.url}/tasks`)
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /My failures/ }).click()
  await expect(rowOf(page, id)).toBeVisible()

  await page.getByRole('checkbox', { name: `Select ${id}` }).click()
  await page.getByRole('region', { name: 'Selected tasks' }).getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('menuitem', { name: 'As JSON' }).click()
  expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toMatchObject({ id, state: 'FAILURE' })
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id: rule, nodes }) => [rule, nodes[0]?.html])).toEqual([])
})

test('a time is drawn over the histogram, and let go again', async ({ page, stack }) => {
  const id = await stack.send('add', { args: [6, 7] })
  await page.goto(`${stack.url}/tasks?search=name:add`)
  await expect(rowOf(page, id)).toBeVisible()
  await page.getByRole('slider', { name: 'From' }).press('ArrowRight')
  await expect(page).toHaveURL(/after:\d{4}-/)
  await page.getByRole('button', { name: 'All of the time' }).click()
  await expect(page).not.toHaveURL(/after:/)
})

test('an id that begins with a slash opens', async ({ page, stack }) => {
  const id = '/odd//id?x=1'
  await stack.publish('w9@odd', ['task-received', { uuid: id, name: 'app.odd', args: '()', kwargs: '{}', retries: 0 }], ['task-started', { uuid: id }], ['task-succeeded', { uuid: id, result: '1', runtime: 0.1 }])
  await page.goto(`${stack.url}/tasks?search=name:app.odd`)
  await page.getByRole('row').getByRole('link').first().click()
  await expect(heading(page)).toContainText('Succeeded')
  await page.reload()
  await expect(heading(page)).toContainText('Succeeded')
})
