import { expect, heading, rowOf, test } from './stack'

test('search, states, sort, deep link and the back button', async ({ page, stack }) => {
  const good = await stack.send('add', { args: [40, 2] })
  const bad = await stack.send('fail', { kwargs: { message: 'Rate limit exceeded' } })
  await page.goto(`${stack.url}/tasks`)
  await expect(rowOf(page, bad)).toContainText('Rate limit exceeded')

  await page.getByRole('button', { name: /^failure/ }).click()
  await expect(page).toHaveURL(/search=state:failure/)
  await expect(heading(page)).toContainText(/tasks? failed/)
  await expect(rowOf(page, bad)).toBeVisible()
  await expect(rowOf(page, good)).toHaveCount(0)

  await page.keyboard.press('/')
  await page.keyboard.type('name:cel')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.press('Tab')
  await expect(page).toHaveURL(/search=state:failure\+name:tests/)

  await page.goBack()
  await expect(page).toHaveURL(/search=state:failure$/)
  await page.goBack()
  await expect(rowOf(page, good)).toBeVisible()

  await page.getByRole('columnheader', { name: 'Run time' }).getByRole('button').click()
  await expect(page).toHaveURL(/sort=-runtime/)
  await expect(page.getByRole('columnheader', { name: 'Run time' })).toHaveAttribute('aria-sort', 'descending')

  await page.goto(`${stack.url}/tasks?search=id:${good}`)
  await expect(rowOf(page, good)).toBeVisible()
  await expect(heading(page)).toContainText('1 task matches')
  await expect(page.getByRole('button', { name: `Remove id:${good}` })).toBeVisible()
})

test('a task opens and the back button returns to the same search', async ({ page, stack }) => {
  const id = await stack.send('add', { args: [7, 8] })
  await page.goto(`${stack.url}/tasks?search=id:${id}`)
  await rowOf(page, id).getByRole('link').click()
  await expect(page).toHaveURL(new RegExp(`/tasks/${id}$`))
  await expect(heading(page)).toContainText('Succeeded')
  await page.goBack()
  await expect(page).toHaveURL(new RegExp(`search=id:${id}`))
  await expect(rowOf(page, id)).toBeVisible()
})

test('a wrong search says where it is wrong and keeps the list', async ({ page, stack }) => {
  const id = await stack.send('add', { args: [9, 9] })
  await page.goto(`${stack.url}/tasks?search=id:${id}`)
  await expect(rowOf(page, id)).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('colour:red')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('colour')
  await expect(page.locator('.tok.bad')).toContainText('colour:red')
  await expect(rowOf(page, id)).toBeVisible()
})

test('nothing found says what was searched', async ({ page, stack }) => {
  await page.goto(`${stack.url}/tasks?search=name:there_is_no_such_task`)
  await expect(page.getByRole('heading', { name: 'No task matches this search' })).toBeVisible()
  await page.getByRole('button', { name: 'Show all tasks' }).click()
  await expect(page).toHaveURL(/\/tasks$/)
})

test('chosen columns are kept in the address', async ({ page, stack }) => {
  await page.goto(`${stack.url}/tasks`)
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('checkbox', { name: 'UUID' }).click()
  await page.getByRole('button', { name: 'Run time, earlier' }).click()
  await page.getByRole('button', { name: 'Close' }).last().click()
  await expect(page).toHaveURL(/columns=state,name,.*runtime,started/)
  await expect(page.getByRole('columnheader', { name: 'UUID' })).toHaveCount(0)
  await page.reload()
  await expect(page.getByRole('columnheader', { name: 'UUID' })).toHaveCount(0)
})
