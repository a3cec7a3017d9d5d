import { readFile } from 'node:fs/promises'

import AxeBuilder from '@axe-core/playwright'

import { expect, rowOf, test, watch } from './stack'

test('what a search finds is exported to a file', async ({ page, stack }) => {
  const wrong = await watch(page)
  const id = await stack.send('fail', { kwargs: { message: 'to be exported' } })
  await page.goto(`${stack.url}/tasks?search=id:${id}`)
  await expect(rowOf(page, id)).toContainText('to be exported')

  await page.getByRole('button', { name: 'Export' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export tasks' })
  await expect(dialog).toContainText('all of it: 1 task')
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])
  const saved = page.waitForEvent('download')
  await dialog.getByRole('link', { name: 'Export 1 task' }).click()
  const download = await saved
  expect(download.suggestedFilename()).toMatch(/^umbel-tasks-\d+T\d+Z\.ndjson$/)
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ id, state: 'FAILURE' })
  await expect(dialog.getByRole('status')).toContainText('downloads')
  expect(wrong).toEqual([])
})

test('clearing says what goes and what stays, asks for the words, and clears that alone', async ({ page, stack }) => {
  const wrong = await watch(page)
  const goes = await stack.send('add', { args: [1, 2] })
  const stays = await stack.send('add', { args: [3, 4] })
  await page.goto(`${stack.url}/tasks?search=id:${goes},${stays}`)
  await expect(rowOf(page, goes)).toContainText('success')
  await expect(rowOf(page, stays)).toContainText('success')
  await page.goto(`${stack.url}/tasks?search=id:${goes}`)
  await rowOf(page, goes).waitFor()

  await page.getByRole('button', { name: 'Clear history' }).click()
  const dialog = page.getByRole('dialog', { name: 'Clear history' })
  const clear = dialog.getByRole('button', { name: 'Clear history' })
  await expect(dialog).toContainText('1 finished or lost task with arguments')
  await expect(dialog).toContainText('This cannot be undone')
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await expect(dialog.getByRole('link', { name: 'Export them first' })).toHaveAttribute('href', new RegExp(`history/export\\?search=.*${goes}`))
  expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])

  await expect(clear).toBeDisabled()
  await dialog.getByRole('textbox').fill('clear')
  await expect(clear).toBeDisabled()
  await dialog.getByRole('textbox').fill('clear history')
  await clear.click()
  await expect(dialog.getByRole('status')).toContainText('1 task deleted.')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByText('No task matches this search')).toBeVisible()
  await page.goto(`${stack.url}/tasks?search=id:${stays}`)
  await expect(rowOf(page, stays)).toBeVisible()
  expect(wrong).toEqual([])
})

test('a phone has room for both, and for what they open', async ({ page, stack }) => {
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 740 })
    await page.goto(`${stack.url}/tasks`)
    await rowOf(page, await stack.send('add', { args: [1, 2] })).waitFor()
    for (const name of ['Export', 'Clear history']) {
      const button = page.getByRole('button', { name })
      await expect(button).toBeInViewport({ ratio: 1 })
      await button.click()
      await expect(page.getByRole('dialog').getByRole('button', { name: /Cancel|Close/ }).last()).toBeInViewport({ ratio: 1 })
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toHaveCount(0)
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
  }
})
