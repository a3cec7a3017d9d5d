import type { Me, TaskRow } from '@/api/types'
import { apiUrl } from '@/lib/base'

const columns = ['id', 'name', 'state', 'worker', 'queue', 'args', 'kwargs', 'result', 'exception', 'retries', 'sent_at', 'received_at', 'started_at', 'finished_at', 'runtime_s'] as const

/** One cell: quoted where it has to be, and never the beginning of a formula. */
export function cell(value: unknown): string {
  const text = value == null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Rows as a table for a spreadsheet. */
export const asCsv = (rows: readonly TaskRow[]): string => [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name])).join(','))].join('\n')

export const asJson = (rows: readonly TaskRow[]): string => JSON.stringify(rows.length === 1 ? rows[0] : rows, null, 2)

const shell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const call = (path: string, me: Me | undefined): string => `curl -s${me?.auth === 'basic' ? ` -u ${shell(me.user ?? 'user')}` : ''} ${shell(new URL(apiUrl(path), document.baseURI).href)}`

/** Commands that read these tasks from the API, one a line. */
export const asCurl = (rows: readonly TaskRow[], me: Me | undefined): string => rows.map(({ id }) => call(`tasks/${encodeURIComponent(id)}`, me)).join('\n')

/** The command that reads the first page of a search. */
export const searchAsCurl = (search: string, me: Me | undefined): string => call(`tasks?${new URLSearchParams({ ...(search ? { search } : {}), limit: '500' }).toString()}`, me)
