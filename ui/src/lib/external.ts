import { useSyncExternalStore } from 'react'

/** A value outside React that components can read and anyone can set. */
export interface External<T> {
  get: () => T
  set: (next: T | ((old: T) => T)) => void
  subscribe: (listener: () => void) => () => void
}

export function external<T>(initial: T): External<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set: (next) => {
      const made = typeof next === 'function' ? (next as (old: T) => T)(value) : next // T is never a function here
      if (Object.is(made, value)) return
      value = made
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function useExternal<T>(store: External<T>): T {
  return useSyncExternalStore(store.subscribe, store.get, store.get)
}
