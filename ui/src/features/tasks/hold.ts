import { useEffect, useState } from 'react'

import { useLive } from '@/api/live-context'

const top = 80

function useScrolled(): boolean {
  const [scrolled, setScrolled] = useState(() => window.scrollY > top)
  useEffect(() => {
    const look = () => setScrolled(window.scrollY > top)
    window.addEventListener('scroll', look, { passive: true })
    return () => window.removeEventListener('scroll', look)
  }, [])
  return scrolled
}

/** Nothing moves under the hand: says why the list is held, or null. */
export function useHold(picked: boolean, menu: boolean, selected: number): string | null {
  const live = useLive()
  const scrolled = useScrolled()
  const why = selected > 0 ? `${selected} ${selected === 1 ? 'row is' : 'rows are'} selected` : picked ? 'a row is picked' : menu ? 'a menu is open' : scrolled ? 'the list is scrolled' : null
  useEffect(() => {
    live.hold.set(why)
    return () => live.hold.set(null)
  }, [live, why])
  return why
}
