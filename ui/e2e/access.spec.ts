import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { expect, heading, test, watch, type Stack } from './stack'

interface Place {
  name: string
  open: (page: Page, stack: Stack) => Promise<void>
}

const places: Place[] = [
  {
    name: 'tasks',
    open: async (page, stack) => {
      await stack.send('fail')
      await page.goto(`${stack.url}/tasks`)
      await page.getByRole('row').nth(2).waitFor()
    },
  },
  {
    name: 'tasks, nothing found',
    open: async (page, stack) => {
      await page.goto(`${stack.url}/tasks?search=name:nothing`)
      await page.getByText('No task matches this search').waitFor()
    },
  },
  {
    name: 'tasks, wrong search',
    open: async (page, stack) => {
      await page.goto(`${stack.url}/tasks?search=colour:red`)
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'a failed task',
    open: async (page, stack) => {
      const id = await stack.send('always_retry')
      await page.goto(`${stack.url}/tasks/${id}`)
      await expect(heading(page)).toContainText('Failed')
    },
  },
  {
    name: 'workers',
    open: async (page, stack) => {
      await page.goto(`${stack.url}/workers`)
      await page.getByRole('row', { name: /w1@localhost/ }).waitFor()
    },
  },
  {
    name: 'failures and one group',
    open: async (page, stack) => {
      await stack.send('fail')
      await page.goto(`${stack.url}/failures`)
      await page.getByRole('region', { name: 'Selected group' }).getByText('Example').waitFor()
    },
  },
  {
    name: 'monitor',
    open: async (page, stack) => {
      await page.goto(`${stack.url}/monitor`)
      await stack.send('fail')
      await page.getByRole('log').getByText('failed').first().waitFor()
    },
  },
  {
    name: 'settings',
    open: async (page, stack) => {
      await page.goto(`${stack.url}/settings`)
      await page.getByText('Average run time').waitFor()
    },
  },
  {
    name: 'a worker',
    open: async (page, stack) => {
      await page.goto(`${stack.url}/workers/w1@localhost`)
      await page.getByText('Registered tasks').click()
      await page.getByRole('group', { name: 'Registered tasks' }).waitFor()
    },
  },
  {
    name: 'no such page',
    open: async (page, stack) => {
      await page.goto(`${stack.url}/nowhere`)
      await heading(page).waitFor()
    },
  },
]

for (const theme of ['light', 'dark'] as const) {
  for (const { name, open } of places) {
    test(`axe finds nothing on ${name}, ${theme}`, async ({ page, stack }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await open(page, stack)
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`)).toEqual([])
    })
  }
}

for (const width of [320, 390, 760]) {
  test(`no page scrolls sideways at ${width} px`, async ({ page, stack }) => {
    await page.setViewportSize({ width, height: 740 })
    for (const { open } of places) {
      await open(page, stack)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
    }
  })
}

test('overlays have no finding either', async ({ page, stack }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(`${stack.url}/tasks`)
  await page.getByRole('row').nth(1).waitFor()
  for (const key of ['?', 'Control+k']) {
    await page.keyboard.press(key)
    await page.getByRole('dialog').waitFor()
    expect((await new AxeBuilder({ page }).include('dialog').analyze()).violations).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  await page.getByRole('button', { name: 'Display' }).click()
  expect((await new AxeBuilder({ page }).include('.menu').analyze()).violations).toEqual([])
})

test('everything can be done by keys', async ({ page, stack }) => {
  const wrong = await watch(page)
  await stack.send('add', { args: [1, 2] })
  await page.goto(`${stack.url}/tasks`)
  await page.getByRole('row').nth(1).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('w')
  await expect(page).toHaveURL(/\/workers$/)
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await expect(page).toHaveURL(/\/tasks$/)
  await page.getByRole('row').nth(1).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/tasks\/[\w-]+$/)
  await page.keyboard.press('u')
  await expect(page.getByText(/UTC$/).first()).toBeVisible()
  await page.keyboard.press('t')
  await page.keyboard.press('t')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('workers')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/workers$/)
  expect(wrong).toEqual([])
})
