import type { Audit, AuditEntry } from '@/api/commands'

import type { Scenario } from './mock-world.ts'

const markup = '<img src=x onerror="window.hacked=true">\u202Egnp.exe'

function entry(number: number, given: Partial<AuditEntry>): AuditEntry {
  const at = new Date(Date.now() - (200 - number) * 1_700_000).toISOString()
  return { number, at, answered_at: at, command: 'revoke', outcome: 'done', replies: [{ worker: 'default@app-01', state: 'done', text: 'tasks unknown' }], target: 'e10c44a0-5a0e-4f8e-9b1f-000000000000', text: '1 of 1 worker did it', what: 'Revoke send_customer_sms e10c44a0', who: 'ann', why: null, ...given }
}

const usual = [
  { what: 'Let 2 workers take from reports', command: 'add_consumer', target: 'reports', outcome: 'partly', text: '1 of 2 workers did it', replies: [{ worker: 'default@app-01', state: 'done', text: 'add consumer reports' }, { worker: 'default@app-02', state: 'silent', text: 'did not answer in 2 s; it may still obey' }], why: 'nobody takes the daily reports' },
  { what: 'Delete 1,284 messages', command: 'purge', target: 'email_senders', text: '1,284 messages deleted, and kept in a file', replies: [], why: 'sent twice by campaign 88' },
  { what: 'Stop the task fetch_call_recording b61d0c22', command: 'terminate', outcome: 'refused', text: 'remote control is read-only', replies: [], who: 'dana' },
  {},
] satisfies Partial<AuditEntry>[]

/** The audit log of a scenario, newest first: nobody did anything, four commands, or many by people with long names. */
export function auditOf(scenario: Scenario): Audit {
  if (scenario === 'empty') return { items: [], next: null }
  if (scenario === 'hostile') return { items: [entry(200, { who: markup, what: markup, target: markup, why: markup, text: markup, replies: [{ worker: markup, state: 'refused', text: markup }] })], next: null }
  if (scenario === 'huge') return { items: Array.from({ length: 50 }, (_, n) => entry(200 - n, { ...usual[n % usual.length], who: `operator-${'name-'.repeat(n % 60)}`, why: 'a long reason '.repeat(140), target: `queue-${'q'.repeat(n * 6)}`, replies: Array.from({ length: 200 }, (_, w) => ({ worker: `worker-${w}@node`, state: w % 9 ? 'done' : 'silent', text: 'ok' })) })), next: 150 }
  return { items: usual.map((given, n) => entry(200 - n * 9, given)), next: null }
}
