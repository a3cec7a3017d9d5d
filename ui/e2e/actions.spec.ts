import { readFile } from 'node:fs/promises'

import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { expect, heading, test, watch } from './stack'

const sound = async (page: Page) => expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])

test('a task that runs is ended: the effect, the word to type, each answer, and the entry in the audit log', async ({ page, stack }) => {
  const wrong = await watch(page)
  const id = await stack.send('sleep', { args: [600] })
  await page.goto(`${stack.url}/tasks/${id}`)
  await page.getByRole('button', { name: 'Terminate…' }).click()
  const dialog = page.getByRole('dialog', { name: 'End this task while it runs?' })
  await expect(dialog).toContainText('The process that runs it gets SIGTERM.')
  await dialog.getByLabel('Signal').selectOption('KILL')
  const send = dialog.getByRole('button', { name: 'Send SIGKILL' })
  await expect(dialog).toContainText('gets SIGKILL')
  await expect(send).toBeDisabled()
  await sound(page)
  await dialog.getByLabel(/Why/).fill('it hangs')
  await dialog.getByLabel(/Type terminate/).fill('terminate')
  await send.click()
  await expect(dialog.getByRole('status')).toContainText('it ends what it runs of these')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(heading(page)).toContainText(/revoked/i)
  await expect(page.getByRole('button', { name: 'Revoke…' })).toHaveCount(0)

  await page.goto(`${stack.url}/audit`)
  const entry = page.getByRole('listitem').filter({ hasText: id }).first()
  await entry.locator('summary').click()
  await expect(entry).toContainText('Why: it hangs')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  expect(wrong).toEqual([])
})

test('a pool grows and shrinks; what cannot be done says so before it is sent', async ({ page, stack }) => {
  await page.goto(`${stack.url}/workers/w1@localhost`)
  const act = async (item: string) => {
    await page.getByRole('button', { name: 'Act…' }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  for (const [item, button, done] of [
    ['Grow the pool…', 'Add 2 processes', 'its pool grows by 2'],
    ['Shrink the pool…', 'Take 2 processes away', 'its pool shrinks by 2'],
  ] as const) {
    await act(item)
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Processes').fill('2')
    await dialog.getByRole('button', { name: button }).click()
    await expect(dialog.getByRole('status')).toContainText(done)
    await page.keyboard.press('Escape')
  }
  await act('Autoscale…')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('W1@localhost: it was started without --autoscale', { ignoreCase: true })
  await expect(dialog.getByRole('button', { name: 'Size between 1 and 10' })).toBeDisabled()
  await sound(page)
})

test('a queue is purged on a phone: the number, its name typed, and what was deleted to download', async ({ page, stack }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  for (let n = 0; n < 4; n += 1) await stack.send('add', { args: [n, n], options: { queue: 'unread' } })
  await page.goto(`${stack.url}/queues/unread`)
  await page.getByRole('button', { name: 'Purge…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('4 messages that wait in unread will be deleted')
  await sound(page)
  const purge = dialog.getByRole('button', { name: 'Delete 4 messages' })
  await expect(purge).toBeDisabled()
  await dialog.getByLabel(/Type unread/).fill('unread')
  await expect(purge).toBeInViewport({ ratio: 1 })
  await purge.click()
  await expect(dialog.getByRole('status')).toContainText('4 messages of unread written to')
  const saved = page.waitForEvent('download')
  await dialog.getByRole('link', { name: 'Download what was deleted' }).click()
  expect((await readFile(await (await saved).path(), 'utf8')).trimEnd().split('\n')).toHaveLength(4)
})
