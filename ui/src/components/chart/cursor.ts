import { external, useExternal } from '@/lib/external'

/** The instant that is pointed at (epoch seconds), in every chart of the page; null for none. */
const pointed = external<number | null>(null)

export const point = (at: number | null): void => pointed.set(at)
export const usePointed = (): number | null => useExternal(pointed)
