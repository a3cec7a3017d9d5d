import { queryOptions } from '@tanstack/react-query'

import { get } from './client'
import type * as schema from './schema.gen'
import type { Whole } from './types'

export type Settings = Whole<schema.Settings>
export type Threshold = Whole<schema.Threshold>

/** What the server was told when it was started: it stays so while it runs. */
export const settings = queryOptions({ queryKey: ['settings'], queryFn: ({ signal }) => get<Settings>('settings', {}, signal), staleTime: 300_000 })
