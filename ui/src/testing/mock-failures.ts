import type { FailureDetail, FailureGroup, Failures, TaskRow } from '@/api/types'

import type { Scenario } from './mock-world.ts'

const hour = 3_600_000
const iso = (ms: number): string => new Date(ms).toISOString()
const spans = [3_600, 10_800, 86_400, 259_200, 604_800] as const

const traceback = `Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/celery/app/trace.py", line 453, in trace_task
    R = retval = fun(*args, **kwargs)
  File "/srv/app/src/workers/sms_tasks.py", line 88, in send_customer_sms
    response = client.send_sms(to=to, body=render(body, escalation))
  File "/srv/app/src/services/ringcentral.py", line 141, in send_sms
    raise RingCentralAPIError(payload["message"], response=payload)
src.services.ringcentral.RingCentralAPIError: Rate limit exceeded
`

/** Numbers that look alive and are the same each time. */
const wave = (n: number, mean: number, seed: number): number[] => Array.from({ length: n }, (_, i) => Math.max(0, Math.round(mean * (1 + 0.5 * Math.sin(i * 0.9 + seed) + 0.3 * Math.sin(i * 2.3 + seed)))))

export const failureGroup = (given: Partial<FailureGroup> = {}): FailureGroup => ({
  id: 'a3deca06afac',
  type: 'RingCentralAPIError',
  message: 'Rate limit exceeded',
  place: 'services/ringcentral.py send_sms',
  exception: "RingCentralAPIError('Rate limit exceeded', 429)",
  names: ['send_customer_sms'],
  names_cut: false,
  first_at: iso(Date.now() - 80 * 24 * hour),
  last_at: iso(Date.now() - 3_000),
  total: 57,
  counts: [41, 41, 43, 50, 57],
  by_hour: [...Array.from({ length: 22 }, () => 0), 0, 41],
  usual_per_hour: 0.1,
  trend: 'surging',
  decision: 'open',
  decided_at: null,
  decided_by: null,
  note: null,
  ...given,
})

const usual: Partial<FailureGroup> = { trend: 'recurring' }

function groups(): FailureGroup[] {
  const now = Date.now()
  return [
    failureGroup({ id: '8fd41b72c0aa', type: 'ReadTimeout', message: "HTTPSConnectionPool(host='…', port=<n>): Read timed out.", place: 'services/media.py fetch', names: ['fetch_call_recording'], counts: [1, 2, 19, 60, 88], by_hour: wave(24, 1, 2), usual_per_hour: 0.5, trend: 'regressed', decision: 'resolved', decided_at: iso(now - 30 * hour), decided_by: 'ann', note: 'fixed in v2.13.0', total: 812 }),
    failureGroup(),
    failureGroup({ id: '51c08e6d11f0', type: 'TypeError', message: "'…' object is not subscriptable", place: 'workers/calls.py dial', names: ['initiate_outbound_call'], counts: [2, 2, 2, 2, 2], first_at: iso(now - 0.4 * hour), usual_per_hour: null, trend: 'new', total: 2, by_hour: [...Array.from({ length: 23 }, () => 0), 2] }),
    failureGroup({ id: '0c7716a9be24', type: 'SMTPServerDisconnected', message: 'Connection unexpectedly closed', place: 'campaigns/smtp.py send', names: ['campaigns.tasks.send_batch', 'campaigns.tasks.finalize_campaign'], counts: [44, 121, 902, 2_650, 6_180], by_hour: wave(24, 38, 1), usual_per_hour: 36.6, total: 60_180, ...usual }),
    failureGroup({ id: '77ab21d0e9c1', type: 'SoftTimeLimitExceeded', message: '', place: 'campaigns/tasks.py send_batch', names: ['campaigns.tasks.send_batch'], counts: [13, 22, 96, 300, 610], by_hour: wave(24, 4, 3), usual_per_hour: 9.2, total: 4_100, ...usual }),
    failureGroup({ id: '2d90c4412f6b', type: 'KeyError', message: 'guest', place: 'reviews/tasks.py render', names: ['send_review_request'], counts: [2, 6, 40, 120, 262], by_hour: wave(24, 1.6, 4), usual_per_hour: 1.5, total: 1_900, ...usual }),
    failureGroup({ id: 'e16b0a4f7d92', type: 'WorkerLostError', message: 'Worker exited prematurely: signal <n> (SIGKILL) Job: <n>.', place: null, names: ['archive_old_recordings'], counts: [0, 0, 0, 2, 3], by_hour: wave(24, 0, 4), usual_per_hour: 0.02, trend: 'quiet', last_at: iso(now - 50 * hour), total: 9 }),
    failureGroup({ id: '9900c1d2aa13', type: 'BounceError', message: 'mailbox of <email> is full', place: 'campaigns/bounce.py read', names: ['campaigns.tasks.send_batch'], counts: [12, 40, 300, 880, 2_100], by_hour: wave(24, 12, 6), usual_per_hour: 12.1, trend: 'ignored', decision: 'ignored', decided_at: iso(now - 90 * hour), decided_by: 'ben', note: 'nothing to be done about it', total: 20_000 }),
    failureGroup({ id: '4b11f0c7de30', type: 'OperationalError', message: 'connection to server at "…" failed', place: 'shop/db.py session', names: ['record_delivery'], counts: [0, 0, 0, 0, 6], by_hour: wave(24, 0, 4), usual_per_hour: 0, trend: 'resolved', decision: 'resolved', decided_at: iso(now - 90 * hour), decided_by: 'ann', note: 'pool size raised', last_at: iso(now - 110 * hour), total: 41 }),
  ]
}

const markup = '<img src=x onerror="window.hacked=true"><script>window.hacked=true</script>\u202Egnp.exe'

/** What the mock says of failures; a decision holds until the scenario is set anew. */
export class FailureWorld {
  private readonly all: FailureGroup[]

  constructor(
    scenario: Scenario,
    private readonly tasks: readonly TaskRow[],
  ) {
    if (scenario === 'empty' || scenario === 'blind') this.all = []
    else if (scenario === 'hostile') this.all = groups().map((group) => ({ ...group, type: markup, message: markup, place: markup, names: [markup], exception: markup, note: group.note && markup }))
    else if (scenario === 'huge') this.all = Array.from({ length: 200 }, (_, n) => failureGroup({ id: n.toString(16).padStart(12, '0'), type: `Error${'x'.repeat(200)}`, message: 'm'.repeat(200), place: 'p'.repeat(200), names: [`deep.${'module.'.repeat(40)}task`, 'other'], counts: [4_312, 12_000, 98_114, 402_118, 1_204_881], total: 88_204_881, ...usual, usual_per_hour: 4_100, by_hour: wave(24, 4_000, n) }))
    else this.all = groups()
  }

  list(decision: string | null): Failures {
    const is = (group: FailureGroup) => (group.trend === 'ignored' || group.trend === 'resolved' ? group.trend : 'open')
    const of = (one: string) => this.all.filter((group) => is(group) === one)
    const now = Date.now()
    return {
      now: iso(now),
      windows: spans.map((seconds) => ({ seconds, since: iso(now - seconds * 1000) })),
      hours_from: iso(Math.floor(now / hour) * hour - 23 * hour),
      items: decision === null ? this.all : of(decision),
      totals: spans.map((_, at) => this.all.reduce((sum, group) => sum + (group.counts[at] ?? 0), 0)),
      ended_in_hour: this.all.length * 30_000,
      by_decision: { open: of('open').length, resolved: of('resolved').length, ignored: of('ignored').length },
      cut: this.all.length >= 200,
    }
  }

  detail(id: string): FailureDetail | null {
    const group = this.all.find((one) => one.id === id)
    if (!group) return null
    const now = Date.now()
    const tasks = this.tasks.filter(({ state }) => state === 'FAILURE').slice(0, 10)
    return {
      group,
      windows: this.list(null).windows,
      tasks,
      names: group.names.map((text, n) => ({ text, tasks: n === 0 ? 41 : 3 })),
      workers: [{ text: 'default@app-02', tasks: 28 }, { text: 'default@app-01', tasks: 12 }, { text: null, tasks: 4 }],
      looked_at: 44,
      hours_from: iso(Math.floor(now / hour) * hour - 167 * hour),
      by_hour: [...wave(168 - 24, (group.counts[4] ?? 0) / 168, 5), ...group.by_hour],
      traceback: group.place === null ? null : traceback,
      sample: tasks[0]?.id ?? null,
    }
  }

  decide(id: string, decision: FailureGroup['decision'], note: string | null): FailureDetail | null {
    const at = this.all.findIndex((one) => one.id === id)
    const group = this.all[at]
    if (!group) return null
    this.all[at] = { ...group, decision, note, trend: decision === 'open' ? 'recurring' : decision, decided_at: iso(Date.now()), decided_by: 'ann' }
    return this.detail(id)
  }
}
