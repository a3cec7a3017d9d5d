import { expect, test, watch } from './stack'

const markup = '<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>\u202egnp.exe'

test('a hostile task runs no script anywhere', async ({ page, stack }) => {
  const wrong = await watch(page)
  const ids = [
    await stack.send(markup, { args: [markup], kwargs: { [markup]: markup }, options: { queue: 'nobody' } }),
    await stack.send('fail', { kwargs: { message: markup } }),
    await stack.send('hostile', { args: [markup] }),
    await stack.send('add', { args: [1, 1], options: { task_id: `id ${markup}`.replaceAll('/', '') } }),
  ]
  // a worker cannot be given such a name by hand, so the answer is changed on its way
  await page.route('**/api/v1/workers', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('w1@localhost', JSON.stringify(`${markup}@host`).slice(1, -1)) })
  })
  // and the stream leaves workers out, since it would bring the honest name back
  await page.route('**/api/v1/stream?**', (route) => route.continue({ url: route.request().url().replace(/workers(%2C|,)/, '') }))
  const safe = async () => {
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await page.locator('main img, main script, dialog img, nav img, .menu img').count()).toBe(0)
  }
  await page.goto(`${stack.url}/tasks`)
  await expect(page.getByRole('row').filter({ hasText: 'onerror' }).first()).toBeVisible()
  await safe()
  for (const id of ids) {
    await page.goto(`${stack.url}/tasks/${encodeURIComponent(id)}`)
    await expect(page.getByRole('region', { name: 'Events' })).toBeVisible()
    await expect(page.locator('main')).toContainText('onerror')
    await safe()
  }
  await page.goto(`${stack.url}/tasks?search=${encodeURIComponent(markup)}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await safe()
  await page.goto(`${stack.url}/workers`)
  await expect(page.getByRole('row', { name: /onerror/ })).toBeVisible()
  await safe()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('onerror')
  await expect(page.getByRole('option').filter({ hasText: 'onerror' }).first()).toBeVisible()
  await safe()
  expect(wrong).toEqual([])
})
