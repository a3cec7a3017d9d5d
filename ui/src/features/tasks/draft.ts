import { useEffect, useRef, useState } from 'react'

import { join } from '@/lib/search-text'

interface Draft {
  /** The text that the address has, or had when writing began. */
  committed: string
  /** What stands in the field while it is being written; null while the field shows the address. */
  writing: string | null
  /** The chips in front of it. */
  base: string
  write: (base: string, text: string) => void
  commit: (text: string) => void
  settle: () => void
}

const quietMs = 350

/** Text that is being written becomes the search after a short rest, or at once when it is committed. */
export function useDraft(search: string, onSearch: (search: string, options: { replace: boolean }) => void): Draft {
  const [state, setState] = useState<{ base: string; text: string } | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const began = useRef(false)
  useEffect(() => () => clearTimeout(timer.current), [])

  const send = (text: string, replace: boolean) => {
    clearTimeout(timer.current)
    if (text !== search) onSearch(text, { replace })
  }
  return {
    committed: state ? state.base : search,
    writing: state?.text ?? null,
    base: state?.base ?? '',
    write: (base, text) => {
      setState({ base, text })
      clearTimeout(timer.current)
      timer.current = setTimeout(() => {
        // a field without its value is not a search yet
        if (/(?:^|\s)-?[\w.]+:$/.test(text)) return
        send(join([base, text.trim()]), began.current)
        began.current = true
      }, quietMs)
    },
    commit: (text) => {
      // what was searched for while it was being written is no place to go back to
      send(text.trim(), began.current)
      began.current = false
      setState(null)
    },
    settle: () => {
      if (!state) return
      send(join([state.base, state.text.trim()]), began.current)
      began.current = false
      setState(null)
    },
  }
}
