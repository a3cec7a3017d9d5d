import { expect, heading, test, watch } from './stack'

test('the start page answers, and each of the questions of the guide is two presses away at most', async ({ page, stack }) => {
  const wrong = await watch(page)
  const failing = Array.from({ length: 4 }, () => stack.send('fail', { kwargs: { message: 'Rate limit exceeded' } }))
  await Promise.all(failing)
  for (let n = 0; n < 3; n += 1) await stack.send('add', { args: [1, n] })
  await page.goto(`${stack.url}/`)
  await expect(heading(page)).toHaveText(/things? needs? attention/, { timeout: 20_000 })
  await expect(page).toHaveTitle(/^\(\d+\) Overview/)

  // are these tasks working? The answer stands on the page, with how many of them failed; one press leads to them
  const grave = page.getByRole('list', { name: 'Needs attention' })
  await expect(grave).toContainText(/fail fails/)
  const types = page.getByRole('region', { name: 'Task types' })
  const row = types.getByRole('row', { name: /fail/ }).first()
  await expect(row).toContainText('0 %')

  // how many run, how long on average, any failures: one press
  await row.getByRole('link').first().click()
  await expect(page).toHaveURL(/\/task-types\//)
  await expect(heading(page)).toHaveText(/^fail: .*fails 100 %/)
  await expect(page.getByRole('region', { name: 'Latest failures' })).toContainText('Rate limit exceeded')
  await expect(page.getByRole('img', { name: /Tasks that ended, by outcome/ })).toBeVisible()

  // why did it fail: the second press opens the task with its exception
  await page.getByRole('region', { name: 'Latest failures' }).getByRole('row').nth(1).getByRole('link').click()
  await expect(page).toHaveURL(/\/tasks\//)
  await expect(heading(page)).toContainText('Rate limit exceeded')
  expect(wrong).toEqual([])
})

test('the range is in the address, and a drag over a chart chooses one', async ({ page, stack }) => {
  await stack.send('add', { args: [1, 1] })
  await page.goto(`${stack.url}/?range=3h`)
  const picker = page.getByRole('button', { name: /^Time range/ })
  await expect(picker).toHaveText(/Last 3 hours/)
  const chart = page.getByRole('img', { name: /Tasks that ended, by outcome/ })
  const plot = chart.locator('.u-over')
  await expect(plot).toBeVisible()
  const box = await plot.boundingBox()
  if (!box) throw new Error('the chart has no place')
  await page.mouse.move(box.x + 40, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + 160, box.y + 40, { steps: 4 })
  await page.mouse.up()
  await expect(page).toHaveURL(/from=.*to=/)
  await expect(picker).toHaveText(/ to /)
  await page.getByRole('link', { name: /^All \d/ }).click()
  await expect(page).toHaveURL(/task-types\?.*from=/) // the next page is of the same time
  await page.goBack()
  await chart.focus()
  await page.keyboard.press('Home')
  await expect(page.getByRole('region', { name: 'Throughput' }).locator('.tc-read')).toContainText(/\d\d:\d\d/)
  await page.getByRole('button', { name: 'Throughput as a table' }).click()
  await expect(page.getByRole('region', { name: 'Throughput as a table' })).toBeVisible()
})
