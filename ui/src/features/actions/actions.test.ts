import { describe, expect, it } from 'vitest'

import { purgeAction, taskAction, workerAction } from './actions'
import { glyphOf, whyNot, wordOf } from './words'

const initial = (action: ReturnType<typeof taskAction>) => Object.fromEntries(action.fields.map(({ name, initial: value }) => [name, value]))

describe('what is asked for becomes a command', () => {
  it('is nothing while a field is empty or no number', () => {
    const grow = workerAction('pool_grow', ['w1@x'])
    expect([grow.build({ by: '' }), grow.build({ by: '0' }), grow.build({ by: '1.5' }), grow.build({ by: '-1' })]).toEqual([null, null, null, null])
    expect(grow.build({ by: '2' })).toEqual({ command: 'pool_grow', workers: ['w1@x'], by: 2 })
    expect(workerAction('add_consumer', ['w1@x']).build({ queue: '  ' })).toBeNull()
    expect(workerAction('rate_limit', ['w1@x']).build({ task: 'a.b', rate: '' })).toBeNull()
  })

  it('names the workers, and never everybody', () => {
    for (const name of ['rate_limit', 'time_limit', 'enable_events', 'disable_events'] as const)
      expect(workerAction(name, ['w1@x']).build({ task: 'a.b', rate: '10/m', soft: '', hard: '3' })).toMatchObject({ workers: ['w1@x'], everywhere: false })
  })

  it('offers the queues that a worker has', () => {
    const leave = workerAction('cancel_consumer', ['w1@x'], ['mails', 'default'])
    expect(leave.fields[0]).toMatchObject({ kind: 'choice', initial: 'mails' })
    expect(leave.build(initial(leave))).toEqual({ command: 'cancel_consumer', workers: ['w1@x'], queue: 'mails' })
  })

  it('ends with a signal that there is', () => {
    const end = taskAction('terminate', ['a'])
    expect(end.build(initial(end))).toEqual({ command: 'terminate', ids: ['a'], signal: 'TERM' })
    expect(end.build({ signal: 'STOP' })).toBeNull()
  })

  it('says the number on the button, once it is counted', () => {
    const purge = purgeAction('mails')
    expect([purge.button({}, null), purge.button({}, 1), purge.button({}, 1284)]).toEqual(['Delete the messages', 'Delete 1 message', 'Delete 1,284 messages'])
    expect(purge.build({ export: 'no' })).toEqual({ command: 'purge', queue: 'mails', export: false })
    expect(workerAction('shutdown', ['a', 'b']).button({}, null)).toBe('Shut down 2 workers')
  })
})

describe('words', () => {
  it('says why somebody may not', () => {
    expect(whyNot({ user: 'ana', role: 'operator', auth: 'basic', reason: null })).toBeNull()
    expect(whyNot({ user: null, role: 'viewer', auth: 'none', reason: 'the server is read-only' })).toBe('This needs the role operator; you are viewer: the server is read-only')
  })

  it('takes silence for no failure', () => {
    expect([wordOf('silent'), glyphOf('silent')]).toEqual(['no answer', 'lost'])
  })
})
