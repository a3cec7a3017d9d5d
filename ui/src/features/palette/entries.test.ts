import { List } from 'lucide-react'
import { expect, it, vi } from 'vitest'

import { failureGroup } from '@/testing/mock-failures'
import { taskRow } from '@/testing/rows'

import { entries, type Doors, type Places } from './entries'

const doors = (): Doors => ({ toTasks: vi.fn(), toTask: vi.fn(), toWorker: vi.fn(), toQueue: vi.fn(), toFailure: vi.fn(), pause: vi.fn() })
const go = vi.fn()
const places: Places = {
  pages: [{ to: '/failures', label: 'Failures', icon: List, keys: 'g f', go }],
  names: { items: [{ name: 'shop.send_sms', total: 1_204, by_state: {} }], cut: false },
  workers: ['mail@app-01', 'default@mailbox'],
  queues: ['mails'],
  failures: [failureGroup()],
  views: [{ id: '7', name: 'Mail of today', search: 'queue:mails after:00:00' }],
  found: [taskRow({ id: 'abc12345-0000', name: 'shop.send_sms', state: 'SUCCESS' })],
}

it('offers pages and switches before anything is typed, and nothing by name', () => {
  expect(new Set(entries('', places, doors()).map(({ group }) => group))).toEqual(new Set(['Go to', 'Tasks', 'Do']))
})

it('goes to workers, queues, failures, saved searches and names by a part of them', () => {
  const to = doors()
  const offers = entries('mail', places, to)
  expect(offers.map(({ group, label }) => `${group}: ${label}`)).toEqual(['Workers: mail@app-01', 'Workers: default@mailbox', 'Queues: mails', 'Saved searches: Mail of today', 'Tasks: shop.send_sms abc12345', 'Search: Search tasks for mail'])
  for (const offer of offers) offer.run()
  expect(to.toWorker).toHaveBeenCalledWith('mail@app-01')
  expect(to.toQueue).toHaveBeenCalledWith('mails')
  expect(to.toTasks).toHaveBeenCalledWith('queue:mails after:00:00')
  expect(entries('rate limit', places, to)[0]).toMatchObject({ group: 'Failures', note: '43 in 24 h' })
  expect(entries('sms', places, to)[0]).toMatchObject({ group: 'Task names', note: '1,204' })
})

it('offers a task first where an id was typed', () => {
  expect(entries('abc12345', places, doors())[0]).toMatchObject({ group: 'Tasks', note: 'success' })
})
