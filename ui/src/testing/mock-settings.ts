import type { Settings } from '@/api/settings'

const day = 86_400

/** The defaults, and one limit that somebody set. */
export const settingsOf = (): Settings => ({
  read_only: false,
  retention: { tasks_s: 30 * day, tasks_s_by_state: { FAILURE: 90 * day }, max_tasks: 10_000_000, max_bytes: null, minutes_s: 7 * day, hours_s: 90 * day, days_s: 1_095 * day, journal_s: 3_600 },
  thresholds: [
    { metric: 'success', subject: null, warning: 0.95, critical: 0.9, is_default: true },
    { metric: 'avg', subject: null, warning: 5, critical: 10, is_default: true },
    { metric: 'queue', subject: null, warning: 10, critical: 50, is_default: true },
    { metric: 'cpu', subject: null, warning: 0.7, critical: 0.85, is_default: true },
    { metric: 'memory', subject: null, warning: 1e9, critical: 2e9, is_default: true },
    { metric: 'avg', subject: 'send_batch', warning: 10, critical: 20, is_default: false },
  ],
})
