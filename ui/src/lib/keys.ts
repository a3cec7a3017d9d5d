import { useEffect, useRef } from 'react'

import { keymap, type Action } from './keymap'
import { preferences } from './preferences'

type Handler = () => void

const handlers = new Map<Action, Handler[]>()
const bindings = new Map(Object.entries(keymap).flatMap(([action, { keys }]) => keys.map((key) => [key as string, action as Action] as const))) // keys of keymap are Actions
const firsts = new Set([...bindings.keys()].filter((b) => /^\S \S$/.test(b)).map((b) => b[0]))
const chordMs = 1200
let pending: { key: string; until: number } | null = null

/** What was typed for something that is not there yet, and until when it is waited for; null while nothing is. */
let held: { text: string; until: number } | null = null
const holdMs = 10_000

/** From now on single keys are kept: what they are meant for (the palette) is on its way. */
export function holdKeys(): void {
  held = { text: '', until: performance.now() + holdMs }
}

export const heldKeys = (): string => held?.text ?? ''

export function letKeysGo(): void {
  held = null
}

/** Whether a key is one of those that are kept. */
function isHeld(event: KeyboardEvent): boolean {
  if (!held || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false
  if (performance.now() > held.until) {
    letKeysGo()
    return false
  }
  if (event.key === 'Backspace') held.text = held.text.slice(0, -1)
  else if (event.key.length === 1) held.text += event.key
  else if (event.key !== 'Enter') return false
  return true
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Enter and Space belong to the control that has the focus; menus and dialogs have keys of their own. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target
  if (isField(target)) return event.key !== 'Escape'
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[role=menu],dialog')) return true
  if (event.key === 'Enter') return target.closest('a,button,[role=tab]') !== null
  return event.key === ' ' && target.closest('button,[role=tab],summary') !== null
}

function binding(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return event.altKey ? null : `${event.ctrlKey ? 'Ctrl' : 'Meta'} ${event.key.toLowerCase()}`
  }
  if (isTaken(event) || (!preferences().singleKeys && event.key !== 'Escape')) return null
  if (pending && pending.until > event.timeStamp) return `${pending.key} ${event.key}`
  return event.key
}

function onKeyDown(event: KeyboardEvent): void {
  if (isHeld(event)) {
    event.preventDefault()
    return
  }
  const pressed = binding(event)
  pending = null
  if (pressed === null || event.defaultPrevented) return
  if (firsts.has(pressed) && pressed.length === 1) {
    pending = { key: pressed, until: event.timeStamp + chordMs }
    return
  }
  const action = bindings.get(pressed)
  const handler = action && handlers.get(action)?.at(-1)
  if (!handler) return
  event.preventDefault()
  handler()
}

/** Starts the one listener for the whole page. */
export function startKeys(): () => void {
  document.addEventListener('keydown', onKeyDown)
  return () => {
    document.removeEventListener('keydown', onKeyDown)
    letKeysGo()
  }
}

/** While mounted, `action`'s keys call `run`; the one that was mounted last wins. */
export function useKey(action: Action, run: Handler, enabled = true): void {
  const latest = useRef(run)
  useEffect(() => {
    latest.current = run
  })
  useEffect(() => {
    if (!enabled) return
    const handler: Handler = () => latest.current()
    handlers.set(action, [...(handlers.get(action) ?? []), handler])
    return () => {
      handlers.set(action, (handlers.get(action) ?? []).filter((h) => h !== handler))
    }
  }, [action, enabled])
}
