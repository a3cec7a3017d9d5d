import AxeBuilder from '@axe-core/playwright'

import { expect, heading, test, watch } from './stack'

test('a canvas of real Celery is drawn: a chain into a chord into a chain', async ({ page, stack }) => {
  const wrong = await watch(page)
  const id = await stack.send('canvas', { kwargs: { width: 6 } })
  await page.goto(`${stack.url}/tasks/${id}`)
  await page.getByRole('region', { name: 'Part of' }).getByRole('link', { name: 'Graph' }).click()
  const graph = page.getByRole('region', { name: 'Graph' })
  await expect(heading(page)).toContainText('All 10 tasks succeeded')
  const chord = graph.getByRole('group', { name: 'Chord' })
  await expect(chord.getByRole('group', { name: 'Group, 6 tasks' })).toBeVisible()
  await expect(chord.getByRole('button', { name: /^total success/ })).toBeVisible()
  await expect(graph.getByRole('button', { name: /^canvas success/ })).toHaveClass(/own/)
  await chord.getByRole('button', { name: 'add 3, success' }).click()
  await page.getByRole('region', { name: 'Picked task' }).getByRole('link', { name: 'Open' }).click()
  await expect(heading(page)).toContainText('Succeeded')
  expect(wrong).toEqual([])
})

test('thousands are one box with counts, and the page has no trouble with them', async ({ page, stack }) => {
  const under = { root_id: 'crowd', parent_id: 'crowd', name: 'app.batch', args: '()', kwargs: '{}', retries: 0 }
  const members = Array.from({ length: 150 }, (_, n): [string, object][] => [['task-received', { ...under, uuid: `crowd-${n}` }], ['task-started', { uuid: `crowd-${n}` }], ...(n === 7 ? [['task-failed', { uuid: `crowd-${n}`, exception: "OSError('<b>gone</b>')" }] as [string, object]] : n === 8 ? [] : [['task-succeeded', { uuid: `crowd-${n}`, result: '1', runtime: 0.1 }] as [string, object]])]).flat()
  await stack.publish('w9@crowd', ['task-received', { uuid: 'crowd', root_id: 'crowd', name: 'app.campaign', args: '()', kwargs: '{}', retries: 0 }], ['task-started', { uuid: 'crowd' }], ...members)
  await page.goto(`${stack.url}/workflow/crowd`)
  await expect(heading(page)).toContainText('1 of 151 tasks failed')
  const side = page.getByRole('group', { name: 'Side by side, 150 tasks' })
  await expect(side).toContainText('148')
  await expect(side.getByRole('button', { name: /batch failure|batch 1, failure/ })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Picked task' })).toContainText('<b>gone</b>')
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    const axe = new AxeBuilder({ page })
    if (theme === 'dark') axe.withRules(['color-contrast']) // nothing else depends on the theme
    expect((await axe.analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
})
