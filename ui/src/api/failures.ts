import { queryOptions } from '@tanstack/react-query'

import { get, post } from './client'
import type { FailureDetail, Failures } from './types'

export const decisions = ['open', 'ignored', 'resolved'] as const

export type Decision = (typeof decisions)[number]

/** Not on the stream: a matrix that counts minutes is read every few seconds while it is looked at. */
export const failures = (decision: Decision) =>
  queryOptions({ queryKey: ['failures', decision], queryFn: ({ signal }) => get<Failures>('failures', { decision }, signal), staleTime: 2_000, refetchInterval: 5_000 })

export const failure = (id: string) =>
  queryOptions({ queryKey: ['failure', id], queryFn: ({ signal }) => get<FailureDetail>(`failures/${encodeURIComponent(id)}`, {}, signal), staleTime: 2_000, refetchInterval: 10_000 })

export const decide = (id: string, decision: Decision, note: string | null): Promise<FailureDetail> => post(`failures/${encodeURIComponent(id)}/decision`, { decision, note })
