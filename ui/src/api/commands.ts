import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { download, get, post } from './client'
import type * as schema from './schema.gen'
import type { Whole } from './types'

/** What an operator asks for; the server checks it again. */
export type Command = schema.PreviewCommand['command']
export type CommandAnswer = Whole<schema.CommandAnswer>
export type CommandPreview = Whole<schema.CommandPreview>
export type CommandReply = Whole<schema.Reply>
export type AuditEntry = Whole<schema.AuditEntry>
export type Audit = Whole<schema.Audit>

const askAgainMs = 3_000

/** What it would do, asked of the workers now, and again while one refuses. A refusal of all comes as an error, with its sentence. */
export const commandPreview = (command: Command | null) =>
  queryOptions({
    queryKey: ['command', command],
    queryFn: () => post<CommandPreview>('commands/preview', { command }),
    enabled: command !== null,
    retry: false,
    staleTime: 0,
    gcTime: 0,
    // a pool that was grown just now starts its processes within seconds
    refetchInterval: ({ state }) => (state.status === 'error' || (state.data?.refused.length ?? 0) > 0 ? askAgainMs : false),
  })

export const runCommand = (command: Command, why: string, confirm: string | null): Promise<CommandAnswer> =>
  post('commands', { command, ...(why.trim() ? { why } : {}), ...(confirm === null ? {} : { confirm }) })

export const purgedUrl = (name: string): string => download(`commands/exports/${encodeURIComponent(name)}`, {})

/** Who did what, newest first; asked for again while somebody looks. */
export const auditLog = (only: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', only],
    queryFn: ({ pageParam, signal }) => get<Audit>('audit', { before: pageParam, only, limit: 50 }, signal),
    initialPageParam: null as number | null, // the type of every later one
    getNextPageParam: (page) => page.next,
    staleTime: 5_000,
    refetchInterval: 10_000,
  })
