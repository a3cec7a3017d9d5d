import { external, useExternal } from './external'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'error'
}

const store = external<Toast[]>([])
let last = 0

/** Says what happened, bottom right: at most three, six seconds each, errors until they are closed. */
export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  last += 1
  const id = last
  store.set((old) => [...old, { id, text, kind }].slice(-3))
  if (kind === 'done') setTimeout(() => closeToast(id), 6000)
}

export const closeToast = (id: number): void => store.set((old) => old.filter((t) => t.id !== id))

export const useToasts = (): Toast[] => useExternal(store)

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    toast(`Copied ${what}`)
  } catch {
    toast(`The browser did not allow to copy ${what}`, 'error')
  }
}
