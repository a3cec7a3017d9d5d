import type { Locator, Page } from '@playwright/test'

import { expect, heading, schedule, test, watch, type Stack } from './stack'

// a stack that has a schedule, and a file whose last test leaves much work behind
test.use({ schedule })

/** Who reads from the overview on, and presses as seldom as possible. */
interface Reader {
  page: Page
  stack: Stack
  press: (what: Locator) => Promise<void>
}

const most = 2

/** A question of the user's guide: `made` is what happened before, `read` finds its answer from the overview on. */
function journey<Made>(question: string, made: (stack: Stack) => Promise<Made>, read: (reader: Reader, made: Made) => Promise<void>): void {
  test(question, async ({ page, stack }) => {
    test.setTimeout(150_000)
    const wrong = await watch(page)
    const before = await made(stack)
    await page.goto(`${stack.url}/`)
    await expect(page.getByRole('region', { name: 'Task types' }).getByRole('table')).toBeVisible()
    let presses = 0
    const press = async (what: Locator): Promise<void> => {
      presses += 1
      await what.click()
    }
    await read({ page, stack, press }, before)
    expect(presses).toBeLessThanOrEqual(most)
    expect(wrong).toEqual([])
  })
}

/** Waits until Umbel knows that a task is in a state. */
async function known(stack: Stack, id: string, state: string): Promise<string> {
  const read = async (): Promise<string> => {
    const answer = await fetch(`${stack.url}/api/v1/tasks/${id}`)
    return answer.ok ? ((await answer.json()) as { state: string }).state : ''
  }
  await expect.poll(read, { timeout: 20_000 }).toBe(state)
  return id
}

const typeRow = (page: Page, name: string): Locator => page.getByRole('region', { name: 'Task types' }).getByRole('row').filter({ hasText: new RegExp(`\\.?${name}`) })

/** The figure of a task type below a heading of the table. */
async function figure(page: Page, name: string, column: string): Promise<Locator> {
  const heads = await page.getByRole('region', { name: 'Task types' }).getByRole('columnheader').allTextContents()
  return typeRow(page, name).getByRole('cell').nth(heads.indexOf(column))
}

journey(
  'are SMS tasks working, and if not, why',
  async (stack) => {
    for (const to of ['+43660111', '+43660222', '+43660333']) await known(stack, await stack.send('send_sms', { args: [to, 'hello'] }), 'SUCCESS')
    return known(stack, await stack.send('send_sms', { args: ['nobody', 'hello'] }), 'FAILURE')
  },
  async ({ page, press }, failed) => {
    await expect(await figure(page, 'send_sms', 'Success')).toContainText('75.0 %')
    const failures = await figure(page, 'send_sms', 'Failed')
    await expect(failures).toHaveText('1')
    await press(failures.getByRole('link'))
    await expect(heading(page)).toHaveText(/^1 .*send_sms task failed$/)
    await press(page.getByRole('row').getByRole('link', { name: /send_sms/ }))
    await expect(page).toHaveURL(new RegExp(`/tasks/${failed}$`))
    await expect(heading(page)).toContainText('not a number: nobody')
  },
)

journey(
  'how many recordings are being downloaded, how long does it take on average, does any fail',
  async (stack) => {
    await known(stack, await stack.send('download', { kwargs: { megabytes: 1, steps: 1, step_s: 1 } }), 'SUCCESS')
    for (let n = 0; n < 2; n += 1) await known(stack, await stack.send('download', { kwargs: { megabytes: 1, steps: 20, step_s: 0.5 } }), 'STARTED')
  },
  async ({ page, press }) => {
    await expect(await figure(page, 'download', 'Running')).toHaveText(/^2/)
    await expect(await figure(page, 'download', 'Average')).toHaveText(/1\.\d\ss/)
    await expect(await figure(page, 'download', 'Failed')).toHaveText('0')
    await press(typeRow(page, 'download').getByRole('link', { name: /download/ }))
    await expect(heading(page)).toHaveText('download: 2 running')
    await expect(page.getByText(/^1\.\d\ss on average in the last hour\. None of 1 failed\./)).toBeVisible()
    await expect(page.getByRole('region', { name: 'Running now' }).getByRole('row')).toHaveCount(3)
  },
)

journey(
  'what runs next, and was anything missed',
  async (stack) => known(stack, await stack.send('add', { args: [1, 1] }), 'SUCCESS'),
  async ({ page, press }) => {
    const next = page.getByRole('region', { name: 'Next runs' })
    await expect(next.getByRole('row', { name: /nightly/ })).toContainText('every day')
    const missed = page.getByRole('list', { name: 'Needs attention' }).getByRole('listitem').filter({ hasText: 'tick tock was due and not sent' })
    await expect(missed).toBeVisible({ timeout: 40_000 })
    await press(missed.getByRole('link', { name: 'Open schedule' }))
    await expect(heading(page)).toHaveText('Beat is not sending', { timeout: 40_000 })
    await press(page.getByRole('region', { name: 'Trouble' }).getByRole('link', { name: 'tick tock' }))
    await expect(heading(page)).toHaveText(/tick tock: .*missed/)
    await expect(page.getByRole('row', { name: /missed/ }).first()).toContainText(/did not send it|whether beat sent it is not known/)
  },
)

journey(
  'why did this task fail, and with what data',
  async (stack) => known(stack, await stack.send('fail', { kwargs: { message: 'invoice 4711 has no address' } }), 'FAILURE'),
  async ({ page, press }, failed) => {
    await press(page.getByRole('region', { name: 'Recent tasks' }).locator(`a[href$="/tasks/${failed}"]`))
    await expect(heading(page)).toContainText('invoice 4711 has no address')
    await expect(page.getByRole('region', { name: 'Why' })).toContainText('ValueError')
    await expect(page.getByRole('region', { name: 'Arguments' })).toContainText('invoice 4711')
  },
)

journey(
  'is auto-retry happening',
  async (stack) => {
    await known(stack, await stack.send('flaky', { args: [1, 0] }), 'SUCCESS')
    return known(stack, await stack.send('flaky', { args: [1, 600] }), 'RETRY')
  },
  async ({ page, press }, waiting) => {
    const retried = await figure(page, 'flaky', 'Retried')
    await expect(retried).toHaveText('2')
    await press(retried.getByRole('link'))
    await expect(heading(page)).toHaveText(/^2 .*tasks match/)
    await press(page.locator(`[role=row] a[href$="/tasks/${waiting}"]`))
    await expect(heading(page)).toHaveText(/^Tried again in \d+ min: the other side hung up/)
    await expect(page.locator('.attempts tbody tr').first()).toContainText('the other side hung up')
  },
)

journey(
  'is the backlog growing, and which worker is overloaded',
  async (stack) => {
    for (let n = 0; n < 24; n += 1) await stack.send('sleep', { args: [20] })
  },
  async ({ page, stack, press }) => {
    const waiting = page.getByRole('link', { name: /^Waiting/ })
    await expect(async () => {
      for (let n = 0; n < 3; n += 1) await stack.send('sleep', { args: [20] }) // more come than go
      await expect(waiting).toContainText(/grows by \d+\/min/, { timeout: 2_000 })
    }).toPass({ timeout: 100_000 }) // a trend is told of a minute
    await expect(page.getByRole('region', { name: 'Backlog by queue' })).toBeVisible()
    await press(page.getByRole('link', { name: /^Workers.*online/ }))
    await expect(page.getByText(/4 of 4 slots are busy; w1@localhost and w2@localhost have none free/)).toBeVisible()
  },
)
