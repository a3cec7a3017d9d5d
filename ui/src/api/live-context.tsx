import { createContext, use, useEffect } from 'react'

import { useExternal, type External } from '@/lib/external'

import type { Live, Watch } from './live'

const Context = createContext<Live | null>(null)

export const LiveProvider = Context.Provider

export function useLive(): Live {
  const live = use(Context)
  if (!live) throw new Error('useLive needs a LiveProvider above it')
  return live
}

/** One of the live values, re-read when it changes. */
export function useLiveValue<T>(pick: (live: Live) => External<T>): T {
  return useExternal(pick(useLive()))
}

/** While mounted, the stream carries this topic as well. */
export function useTopic(topic: 'self' | 'queues'): void {
  const live = useLive()
  useEffect(() => live.listen(topic), [live, topic])
}

/** While mounted, the stream carries the tasks of `watch`; null waits (the page has not loaded, or its search is wrong). */
export function useWatch(watch: Watch | null): void {
  const live = useLive()
  useEffect(() => {
    if (watch) live.follow(watch)
  }, [live, watch])
  useEffect(() => () => live.leave(), [live])
}
