import { useSyncExternalStore } from 'react'

import { external, useExternal } from './external'

/** Milliseconds that the server's clock is ahead of the browser's. */
const offset = external(0)

/** Tells the browser what time it is on the server, so that ages do not depend on the reader's clock. */
export function setServerNow(iso: string, receivedAt = Date.now()): void {
  const ahead = Date.parse(iso) - receivedAt
  if (!Number.isNaN(ahead) && Math.abs(ahead - offset.get()) > 250) offset.set(ahead)
}

export const serverNow = (): number => Date.now() + offset.get()

let tick = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function beat(): void {
  tick = Date.now()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    if (document.visibilityState === 'visible') beat()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/** The browser's time in milliseconds, once a second: for what the browser itself has stamped. */
export function useBrowserNow(): number {
  return useSyncExternalStore(subscribe, () => tick, () => tick)
}

/** The server's time in milliseconds, once a second, the same for every reader. */
export function useNow(): number {
  return useBrowserNow() + useExternal(offset)
}
