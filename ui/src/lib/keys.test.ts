// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { heldKeys, holdKeys, letKeysGo, startKeys } from './keys'

const press = (key: string, given: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...given })
  document.body.dispatchEvent(event)
  return event
}

let stop: () => void
beforeEach(() => {
  stop = startKeys()
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

it('keeps what is typed for a palette that is on its way', () => {
  holdKeys()
  for (const key of ['d', 'x', 'Backspace', 't']) expect(press(key).defaultPrevented).toBe(true)
  expect(heldKeys()).toBe('dt')
  letKeysGo()
  expect(heldKeys()).toBe('')
  expect(press('y').defaultPrevented).toBe(false)
})

it('keeps nothing of keys with Ctrl, and nothing for ever', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  holdKeys()
  press('c', { ctrlKey: true })
  expect(heldKeys()).toBe('')
  vi.advanceTimersByTime(11_000)
  expect(press('y').defaultPrevented).toBe(false)
})
