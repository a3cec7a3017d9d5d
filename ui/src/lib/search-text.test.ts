import { describe, expect, it } from 'vitest'

import { chips, isFlat, quote, removeToken, statesIn, toggleState, tokenAt, tokens, withoutStates } from './search-text'

describe('tokens', () => {
  it('finds terms, words and quoted values with their places', () => {
    const text = 'state:failure,retry exception:"rate limit" -worker:old@x sms'
    expect(tokens(text).map(({ kind, field, value, negated }) => [kind, field, value, negated])).toEqual([
      ['term', 'state', 'failure,retry', false],
      ['term', 'exception', '"rate limit"', false],
      ['term', 'worker', 'old@x', true],
      ['word', null, 'sms', false],
    ])
    for (const { start, end, text: own } of tokens(text)) expect(text.slice(start, end)).toBe(own)
  })
})

describe('chips', () => {
  it('takes leading conditions as chips and leaves the rest to be written', () => {
    const { chips: done, rest } = chips('state:failure name:send_* rate lim')
    expect(done.map(({ text }) => text)).toEqual(['state:failure', 'name:send_*'])
    expect(rest).toBe('rate lim')
  })

  it('leaves a field without a value, and OR, as text', () => {
    expect(chips('state:')).toEqual({ chips: [], rest: 'state:' })
    expect(isFlat('name:a OR name:b')).toBe(false)
    expect(chips('name:a OR name:b').rest).toBe('name:a OR name:b')
  })

  it('removes one', () => {
    const text = 'state:failure name:a x'
    const [, second] = tokens(text)
    expect(second && removeToken(text, second)).toBe('state:failure x')
  })
})

describe('states', () => {
  it('adds and takes out, and leaves the rest', () => {
    const one = toggleState('name:a', 'FAILURE')
    expect(one).toBe('state:failure name:a')
    const two = toggleState(one, 'RETRY')
    expect(two).toBe('state:failure,retry name:a')
    expect(statesIn(two)).toEqual(['FAILURE', 'RETRY'])
    expect(statesIn('is:lost')).toEqual(['LOST'])
    expect(toggleState(toggleState(two, 'FAILURE'), 'RETRY')).toBe('name:a')
    expect(withoutStates(two)).toBe('name:a')
  })

  it('keeps an alternative together when a state is added', () => {
    expect(toggleState('name:a OR name:b', 'FAILURE')).toBe('state:failure (name:a OR name:b)')
  })
})

describe('quote', () => {
  it('quotes what would be read as several', () => {
    expect([quote('celery@host-1'), quote('a b'), quote('say "x"')]).toEqual(['celery@host-1', '"a b"', '"say \\"x\\""'])
  })
})

describe('tokenAt', () => {
  it('names the piece that an error points at', () => {
    expect(tokenAt('state:failure colour:red', 14)?.text).toBe('colour:red')
    expect(tokenAt('state:failure colour:', 21)?.text).toBe('colour:')
    expect(tokenAt('', 0)).toBeNull()
  })
})
