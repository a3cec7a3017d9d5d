import { describe, expect, it } from 'vitest'

import { argumentLine } from './arguments'
import { backoff } from './backoff'
import { thrown } from './exception'
import { progress } from './progress'
import { stateLook } from './states'
import { harmless, oneLine, sentenceOf, splitName } from './text'

describe('harmless', () => {
  it('shows control and direction characters instead of obeying them', () => {
    expect(harmless('a\u202egnp.exe\u0000\u001b[31m')).toBe('a\\u202egnp.exe\\u0000\\u001b[31m')
  })

  it('leaves line breaks to a block and marks them in a line', () => {
    expect(harmless('a\nb')).toBe('a\nb')
    expect(oneLine('a\nb')).toBe('a ↵ b')
    expect(oneLine('x'.repeat(1000), 10)).toBe(`${'x'.repeat(10)}…`)
  })
})

describe('sentenceOf', () => {
  it('begins with a capital and ends with a full stop, and leaves names as they are', () => {
    expect([sentenceOf('its heartbeats come'), sentenceOf('w1@host went'), sentenceOf('Done.'), sentenceOf('')]).toEqual(['Its heartbeats come.', 'w1@host went.', 'Done.', ''])
  })
})

describe('splitName', () => {
  it('gives the module apart from the last part', () => {
    expect(splitName('campaigns.tasks.send_batch')).toEqual({ module: 'campaigns.tasks.', last: 'send_batch' })
    expect(splitName('send_sms')).toEqual({ module: '', last: 'send_sms' })
    expect(splitName('<img src=x.y>')).toEqual({ module: '', last: '<img src=x.y>' })
  })
})

describe('thrown', () => {
  it.each([
    ["ValueError('boom')", { type: 'ValueError', message: 'boom' }],
    ['ValueError("it\'s")', { type: 'ValueError', message: "it's" }],
    ["RingCentralAPIError('Rate limit exceeded', 429)", { type: 'RingCentralAPIError', message: 'Rate limit exceeded' }],
    ['KeyError(3)', { type: 'KeyError', message: '3' }],
    ['Ignore()', { type: 'Ignore', message: 'Ignore' }],
    ['src.services.ringcentral.RingCentralAPIError: Rate limit', { type: 'RingCentralAPIError', message: 'Rate limit' }],
    ['no answer: too late', { type: '', message: 'no answer: too late' }],
  ])('reads %s', (text, expected) => {
    expect(thrown(text)).toEqual(expected)
  })
})

describe('argumentLine', () => {
  it('reads as a call would', () => {
    expect(argumentLine("(88, 'a b')", "{'size': 500, 'to': '+1 916'}")).toBe('88, "a b", size=500, to="+1 916"')
  })

  it('tells none from unknown', () => {
    expect(argumentLine('()', '{}')).toBe('')
    expect(argumentLine(null, null)).toBeNull()
  })

  it('falls back to what the worker wrote', () => {
    expect(argumentLine('not python at all', '{}')).toBe('not python at all')
  })
})

describe('progress', () => {
  it.each([
    [{ current: 21, total: 84 }, { share: 0.25, note: null }],
    [{ percent: 88, message: 'sending' }, { share: 0.88, note: 'sending' }],
    [{ progress: 0.5 }, { share: 0.5, note: null }],
    [{ done: 5, total: 4 }, { share: 1, note: null }],
    [{ status: 'warming up' }, { share: null, note: 'warming up' }],
    [{ other: true }, null],
    [null, null],
  ])('reads %j', (source, expected) => {
    expect(progress(source)).toEqual(expected)
  })
})

describe('stateLook', () => {
  it('says STARTED as running, PENDING as waiting, and an own state by its name', () => {
    expect([stateLook('STARTED').word, stateLook('PENDING').word, stateLook('PROGRESS').word]).toEqual(['running', 'waiting', 'progress'])
    expect(stateLook('STARTED', 'orphaned')).toEqual({ kind: 'lost', word: 'lost' })
  })
})

describe('backoff', () => {
  it('doubles up to its cap and spreads', () => {
    expect([backoff(1, () => 1), backoff(3, () => 1), backoff(9, () => 1)]).toEqual([1, 4, 15])
    expect(backoff(9, () => 0)).toBe(7.5)
  })
})
