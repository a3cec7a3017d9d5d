import { describe, expect, it } from 'vitest'

import { age, duration, elapsed } from './duration'

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [0.0001, '< 1 ms'],
    [0.84, '840 ms'],
    [0.9996, '1.0 s'],
    [2.1, '2.1 s'],
    [28.44, '28.4 s'],
    [59.96, '1 min'],
    [192, '3 min 12 s'],
    [3599.8, '1 h'],
    [8040, '2 h 14 min'],
    [273_600, '3 d 4 h'],
    [-5, '0 s'],
  ])('%d seconds read %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })

  it('counts on in whole units', () => {
    expect([elapsed(5.9), elapsed(64), elapsed(0.2)]).toEqual(['6 s', '1 min 4 s', '0 s'])
  })

  it('says an age without seconds above a minute', () => {
    expect([age(42), age(59.6), age(840), age(3599), age(8040)]).toEqual(['42 s', '1 min', '14 min', '59 min', '2 h 14 min'])
  })
})
