import { badge, expect, heading, rowOf, test, watch } from './stack'

test('a task of a real producer appears and changes its state without a reload', async ({ page, stack }) => {
  const wrong = await watch(page)
  await stack.send('add', { args: [1, 2] })
  await page.goto(`${stack.url}/tasks`)
  await expect(badge(page)).toHaveText(/^Live/)
  await page.evaluate(() => (document.body.dataset.same = 'page'))

  const id = await stack.send('sleep', { args: [4] })
  const row = rowOf(page, id)
  await expect(row).toContainText('running')
  await expect(row).toContainText('success')
  await expect(row).toContainText('4.0')
  await expect(page.locator('body')).toHaveAttribute('data-same', 'page')
  expect(wrong).toEqual([])
})

test('the page of a running task follows it to its end', async ({ page, stack }) => {
  const id = await stack.send('sleep', { args: [5] })
  await page.goto(`${stack.url}/tasks/${id}`)
  await expect(heading(page)).toContainText(/Runs for \d+ s/)
  await expect(heading(page)).toContainText('Succeeded in 5.0 s')
  await expect(page).toHaveTitle(/^Success: sleep/)
})

test('new rows wait while the list is paused, and come at a press', async ({ page, stack }) => {
  const first = await stack.send('add', { args: [0, 0] })
  await page.goto(`${stack.url}/tasks`)
  await expect(rowOf(page, first)).toContainText('success')
  await expect(badge(page)).toHaveText(/^Live/)
  await page.keyboard.press('Space')
  await expect(badge(page)).toHaveText(/^Paused/)
  const id = await stack.send('add', { args: [3, 4] })
  await expect(page.getByRole('button', { name: '1 new', exact: true })).toBeVisible()
  await expect(rowOf(page, id)).toHaveCount(0)
  await page.keyboard.press('.')
  await expect(rowOf(page, id)).toContainText('success')
  await expect(badge(page)).toHaveText(/^Live/)
})

test('rows wait while one is picked', async ({ page, stack }) => {
  const first = await stack.send('add', { args: [0, 0] })
  await page.goto(`${stack.url}/tasks`)
  await expect(rowOf(page, first)).toContainText('success')
  await page.keyboard.press('j')
  await expect(page.locator('.vr.pick')).toHaveCount(1)
  const picked = await page.locator('.vr.pick').textContent()
  const id = await stack.send('add', { args: [5, 6] })
  await expect(badge(page)).toHaveText(/^Held/)
  expect(await page.locator('.vr.pick').textContent()).toBe(picked)
  await page.keyboard.press('Escape')
  await page.keyboard.press('.')
  await expect(rowOf(page, id)).toBeVisible()
})

test('a lost broker is said across the page, its return as well, and what was not seen afterwards', async ({ page, stack }) => {
  test.setTimeout(150_000)
  const held = await stack.send('add', { args: [1, 2], options: { countdown: 3600 } })
  await page.goto(`${stack.url}/tasks`)
  await expect(rowOf(page, held)).toContainText('received')
  await stack.ask({ stop_broker: true })
  await expect(page.getByText(/Umbel is blind since/)).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('button', { name: /Stale since/ })).toBeVisible()
  await stack.ask({ start_broker: true })
  await expect(page.getByText(/Umbel is blind since/)).toBeHidden({ timeout: 45_000 })
  await expect(page.locator('.gapnote')).toContainText(/Umbel could not see events .*: no link to the broker/, { timeout: 40_000 })
  await page.goto(`${stack.url}/tasks/${held}`)
  await expect(page.getByRole('region', { name: 'Events' }).locator('.unseen')).toContainText('no link to the broker')

  // the next file finds the stack as this one did: a worker of Celery sometimes hangs for ever after its Redis went
  for (const worker of Object.keys(stack.hello.workers)) {
    await stack.ask({ kill_worker: worker })
    await stack.ask({ start_worker: worker })
  }
  await page.goto(`${stack.url}/workers`)
  await expect(heading(page)).toHaveText('Both workers are online', { timeout: 30_000 })
})
