import { randomUUID } from 'node:crypto'

import type { Page } from '@playwright/test'

import { badge, expect, heading, rowOf, test, watch } from './stack'

const markup = '<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>\u202egnp.exe'
const hostname = `${markup}@host`
/** As it stands on a page, where a control that turns the text around is spelled out. */
const shown = hostname.replace('\u202e', '\\u202e')
const software = { freq: 2, sw_ident: markup, sw_ver: markup, sw_sys: markup }

// a stack of its own: what a worker has once said stays in the store
test.use({ crew: 1 })

/** Nothing that came as data has become a part of the page, or was run. */
async function safe(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
  expect(await page.locator('main img, main script, dialog img, nav img, .menu img').count()).toBe(0)
}

test('a hostile task runs no script anywhere', async ({ page, stack }) => {
  const wrong = await watch(page)
  const ids = [
    await stack.send(markup, { args: [markup], kwargs: { [markup]: markup }, options: { queue: 'nobody' } }),
    await stack.send('fail', { kwargs: { message: markup } }),
    await stack.send('hostile', { args: [markup] }),
    await stack.send('add', { args: [1, 1], options: { task_id: `id ${markup}`.replaceAll('/', '') } }),
  ]
  await page.goto(`${stack.url}/tasks`)
  await expect(page.getByRole('row').filter({ hasText: 'onerror' }).first()).toBeVisible()
  await safe(page)
  for (const id of ids) {
    await page.goto(`${stack.url}/tasks/${encodeURIComponent(id)}`)
    await expect(page.getByRole('region', { name: 'Events' })).toBeVisible()
    await expect(page.locator('main')).toContainText('onerror')
    await safe(page)
  }
  await page.goto(`${stack.url}/tasks?search=${encodeURIComponent(markup)}`)
  await expect(heading(page)).toBeVisible()
  await safe(page)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('onerror')
  await expect(page.getByRole('option').filter({ hasText: 'onerror' }).first()).toBeVisible()
  await safe(page)
  expect(wrong).toEqual([])
})

test('a worker with a hostile name runs no script anywhere, read at once or heard of live', async ({ page, stack }) => {
  const wrong = await watch(page)
  const uuid = randomUUID()
  await stack.publish(
    hostname,
    ['worker-online', software],
    ['worker-heartbeat', { ...software, active: 1, processed: 1, loadavg: [1, 1, 1] }],
    ['task-received', { uuid, name: 'shop.add', args: '()', kwargs: '{}', retries: 0, eta: null, expires: null, root_id: uuid, parent_id: null }],
  )

  await page.goto(`${stack.url}/tasks`)
  await expect(rowOf(page, uuid)).toContainText(shown)
  await expect(badge(page)).toContainText(/live/i)
  await stack.publish(hostname, ['task-started', { uuid }])
  await expect(rowOf(page, uuid)).toContainText(/running/i)
  await expect(rowOf(page, uuid)).toContainText(shown)
  await safe(page)

  await page.goto(`${stack.url}/tasks/${uuid}`)
  await expect(page.locator('main')).toContainText(shown)
  await stack.publish(hostname, ['task-succeeded', { uuid, result: '3', runtime: 0.1 }])
  await expect(heading(page)).toContainText(/succeeded/i)
  await expect(page.getByRole('region', { name: 'Events' })).toContainText(shown)
  await safe(page)

  const beat = { ...software, active: 0, processed: 1, loadavg: [1, 1, 1] }
  await stack.publish(hostname, ['worker-heartbeat', { ...beat, timestamp: Date.now() / 1000 - 3600 }])
  await page.goto(`${stack.url}/self`)
  await expect(page.locator('main')).toContainText(/clock of .*onerror/)
  await safe(page)
  await stack.publish(hostname, ['worker-heartbeat', beat])

  await page.goto(`${stack.url}/workers`)
  const row = page.getByRole('row', { name: /onerror/ })
  await expect(row).toContainText(shown)
  await stack.publish(hostname, ['worker-offline', software])
  await expect(row).toContainText('OFFLINE')
  await expect(heading(page)).toContainText(/onerror.* is gone/)
  await safe(page)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('onerror')
  await expect(page.getByRole('option').filter({ hasText: 'onerror' }).first()).toBeVisible()
  await safe(page)
  expect(wrong).toEqual([])
})
