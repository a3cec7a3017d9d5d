import { external, useExternal } from './external'

const place = 'umbel.searches'
const most = 12

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '[]')
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string').slice(0, most) : []
  } catch {
    return []
  }
}

const store = external<readonly string[]>(read())

/** Keeps a search that was used, in this browser alone; the newest first, each once. */
export function rememberSearch(search: string): void {
  const text = search.trim()
  if (text === '' || text.length > 400 || store.get()[0] === text) return
  store.set((old) => [text, ...old.filter((one) => one !== text)].slice(0, most))
  try {
    localStorage.setItem(place, JSON.stringify(store.get()))
  } catch {
    return // private mode: they are known until the tab closes
  }
}

export const useRecentSearches = (): readonly string[] => useExternal(store)
