import { expect, it } from 'vitest'

import { criticalAt, keptFor, warnsAt } from './words'

const limit = { subject: null, is_default: true }

it('writes ages and bounds as people say them', () => {
  expect([30 * 86_400, 3_600, null].map(keptFor)).toEqual(['30 days', '1 h', 'for ever'])
  expect(warnsAt({ ...limit, metric: 'success', warning: 0.95, critical: 0.9 })).toBe('at or below 95.0 %')
  expect(criticalAt({ ...limit, metric: 'success', warning: 0.95, critical: 0.9 })).toBe('below 90.0 %')
  expect(warnsAt({ ...limit, metric: 'avg', warning: 5, critical: 10 })).toBe('from 5.0 s')
  expect(criticalAt({ ...limit, metric: 'memory', warning: null, critical: 2e9 })).toBe('above 2.0 GB')
  expect(warnsAt({ ...limit, metric: 'queue', warning: null, critical: 7 })).toBe('never')
})
