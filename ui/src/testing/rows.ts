import type { TaskPage, TaskRow } from '@/api/types'

/** A task as a list shows it, with what a test says of it. */
export const taskRow = (given: Partial<TaskRow> = {}): TaskRow => ({
  id: 'abc1237f-5b0e-4c8a-9d41-6f0a2b9e7c55',
  name: 'send_customer_sms',
  state: 'SUCCESS',
  verdict: null,
  worker: 'default@app-01',
  queue: 'default',
  args: '()',
  kwargs: "{'escalation_id': 789}",
  result: "{'sms_sent': True}",
  exception: null,
  retries: 0,
  max_retries: null,
  eta: null,
  expires: null,
  sent_at: '2025-11-21T18:00:00Z',
  received_at: '2025-11-21T18:00:01Z',
  started_at: '2025-11-21T18:00:02Z',
  finished_at: '2025-11-21T18:00:04Z',
  updated_at: '2025-11-21T18:00:04Z',
  runtime_s: 2,
  wait_s: 2,
  pickup_s: 1,
  root_id: null,
  parent_id: null,
  progress: null,
  learnt_from: null,
  cpu_s: null,
  peak_memory_bytes: null,
  cut: [],
  ...given,
})

export const taskPage = (items: TaskRow[], given: Partial<TaskPage> = {}): TaskPage => ({
  items,
  next: null,
  total: { kind: 'exact', value: items.length },
  coverage: { complete: true, reason: null, until: null },
  seq: 10,
  ...given,
})
