import type { TaskNames, Workers } from '@/api/types'
import { whole } from '@/lib/count'
import { fields, quote } from '@/lib/search-text'
import { knownStates, stateLook } from '@/lib/states'

/** One line below the search box: `insert` takes the place of what is being written. */
export interface Suggestion {
  insert: string
  label: string
  note: string
  /** A field waits for its value: the list stays open. */
  open: boolean
}

export interface Known {
  states: Record<string, number>
  names: TaskNames | undefined
  workers: Workers | undefined
  queues: readonly { value: string; n: number }[]
  /** Searches that were used in this browser, the newest first. */
  recent: readonly string[]
}

const most = 8

function values(field: string, known: Known): { value: string; note: string }[] {
  switch (field) {
    case 'state':
      return [...new Set([...knownStates, ...Object.keys(known.states)])].map((state) => {
        const { word } = stateLook(state)
        const count = known.states[state]
        const alias = word === state.toLowerCase() ? '' : `${word}, `
        return { value: state.toLowerCase(), note: count === undefined ? alias.replace(', ', '') : `${alias}${whole(count)}` }
      })
    case 'name':
    case 'task':
      return (known.names?.items ?? []).map(({ name, total }) => ({ value: name, note: whole(total) }))
    case 'worker':
      return (known.workers?.items ?? []).map(({ name, state }) => ({ value: name, note: state }))
    case 'queue':
      return known.queues.map(({ value, n }) => ({ value, note: whole(n) }))
    default:
      return []
  }
}

const includes = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase())

const recentMost = 4

/** What could be meant by the last word of a search text; `isAll` says that nothing else stands in it. */
export function suggestions(word: string, known: Known, isAll = false): Suggestion[] {
  const recent = isAll ? known.recent.filter((text) => includes(text, word) && text !== word).slice(0, recentMost).map((text) => ({ insert: text, label: text, note: 'recent', open: false })) : []
  return [...recent, ...offered(word, known)].slice(0, most)
}

function offered(word: string, known: Known): Suggestion[] {
  const parts = /^(-?)([A-Za-z_][\w.]*):(.*)$/s.exec(word)
  if (parts) {
    const [, minus = '', field = '', typed = ''] = parts
    const comma = typed.lastIndexOf(',')
    const before = typed.slice(0, comma + 1)
    const part = typed.slice(comma + 1).replace(/^"/, '')
    return values(field.toLowerCase(), known)
      .filter(({ value }) => includes(value, part) && value !== part)
      .slice(0, most)
      .map(({ value, note }) => ({ insert: `${minus}${field}:${before}${quote(value)}`, label: `${field}:${value}`, note, open: false }))
  }
  const bare = word.replace(/^-/, '')
  const matchingFields = fields.filter(({ name }) => name.startsWith(bare.toLowerCase())).map(({ name, hint }) => ({ insert: `${word.startsWith('-') ? '-' : ''}${name}:`, label: `${name}:`, note: hint, open: true }))
  if (bare === '') return matchingFields.slice(0, most)
  const names = values('name', known)
    .filter(({ value }) => includes(value, bare))
    .slice(0, 4)
    .map(({ value, note }) => ({ insert: `name:${quote(value)}`, label: `name:${value}`, note, open: false }))
  return [...matchingFields, ...names].slice(0, most)
}
