import { defineConfig } from '@playwright/test'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** One worker: the tests share one broker, one set of Celery workers and one Umbel. */
export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    timezoneId: 'Europe/Vienna',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: process.env.UMBEL_CHROMIUM ?? '/usr/bin/chromium', args: flags },
  },
})
