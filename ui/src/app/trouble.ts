import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'

import { useIsStale } from '@/features/status/stale'
import { attention } from '@/api/attention'
import { health } from '@/api/queries'

import icon from './favicon-trouble.svg'

/** The tab's icon gets a red dot while something needs attention, Umbel is blind, the store fails or the line is lost: it is seen from other tabs. */
export function useTroubleIcon(): void {
  const { data } = useQuery(health)
  const stale = useIsStale()
  const { data: judged } = useQuery(attention)
  const isBad = stale || (judged?.critical ?? 0) > 0 || data?.store.state === 'failing' || data?.collector.state === 'blind'
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (!link || !isBad) return
    const calm = link.href
    link.href = icon
    return () => {
      link.href = calm
    }
  }, [isBad])
}
