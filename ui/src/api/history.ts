import { queryOptions } from '@tanstack/react-query'

import { download, get, post, remove } from './client'
import type { ClearingPreview, ClearingState, HistoryState } from './types'

export type ExportFormat = 'ndjson' | 'csv'

/** What is to go: finished tasks that a search finds, seen before an instant (RFC 3339). */
export interface Wish {
  search: string
  before: string | null
}

/** How far the own export and the clearing are; asked for again while one of them runs. */
export const historyState = queryOptions({
  queryKey: ['history'],
  queryFn: ({ signal }) => get<HistoryState>('history', {}, signal),
  refetchInterval: 700,
  staleTime: 0,
  gcTime: 0,
})

export const clearingPreview = (wish: Wish) =>
  queryOptions({ queryKey: ['history', 'preview', wish], queryFn: ({ signal }) => get<ClearingPreview>('history/preview', { ...wish }, signal), staleTime: 0, gcTime: 0 })

export const clearHistory = (wish: Wish, confirm: string): Promise<ClearingState> => post('history/clear', { ...wish, confirm })

export const stopClearing = (): Promise<void> => remove('history/clear')

export const cancelExport = (): Promise<void> => remove('history/export')

export const exportUrl = (search: string, format: ExportFormat): string => download('history/export', { search, format })
