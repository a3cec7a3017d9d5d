import { defineConfig } from '@playwright/test'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Two at a time, each with a broker, Celery workers and an Umbel of its own; the tests of a file share theirs. */
export default defineConfig({
  testDir: 'e2e',
  workers: 2,
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
