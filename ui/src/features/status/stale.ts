import { useQuery } from '@tanstack/react-query'

import { useLiveValue } from '@/api/live-context'
import { health } from '@/api/queries'

import { blindSince, isLinkStale } from './badge'

/** Are the figures on the page old: Umbel cannot be reached, or it cannot reach the broker? */
export function useIsStale(): boolean {
  const link = useLiveValue((live) => live.link)
  const { data } = useQuery(health)
  return isLinkStale(link) || blindSince(data) !== null
}
