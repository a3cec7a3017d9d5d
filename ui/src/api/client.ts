import { apiUrl } from '@/lib/base'

import type { Problem } from './types'

/** An answer that is not the one asked for. Status 0: nothing answered at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(readonly problem: Problem) {
    super(problem.detail)
  }

  get status(): number {
    return this.problem.status
  }
}

export type Parameters = Record<string, string | number | null | undefined>

function query(parameters: Parameters): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string | number] => entry[1] != null && entry[1] !== '')
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()
  return text ? `?${text}` : ''
}

async function problem(response: Response): Promise<Problem> {
  const plain: Problem = { type: 'about:blank', title: response.statusText, status: response.status, detail: `Umbel answered ${response.status} ${response.statusText}`.trim(), position: null }
  try {
    const body = (await response.json()) as Partial<Problem> // problem+json by contract; missing fields fall back to `plain`
    return { ...plain, ...body, status: response.status }
  } catch {
    return plain
  }
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, request)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError({ type: 'about:blank', title: 'No answer', status: 0, detail: 'Umbel does not answer', position: null })
  }
  if (!response.ok) throw new ApiError(await problem(response))
  return response
}

/** Reads one resource of the API. Throws ApiError, also where the server is not there. */
export async function get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  const response = await ask(apiUrl(path) + query(parameters), { headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) })
  return (await response.json()) as T // the shape is the contract of the API, generated from it
}

/** Asks for a change. Throws ApiError, also where the server is not there. */
export async function post<T>(path: string, body: object): Promise<T> {
  const response = await ask(apiUrl(path), { method: 'POST', headers: { Accept: 'application/json', 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  return (await response.json()) as T // the same
}

/** Asks for a change of something that is there. Throws ApiError, also where the server is not there. */
export async function put<T>(path: string, body: object): Promise<T> {
  const response = await ask(apiUrl(path), { method: 'PUT', headers: { Accept: 'application/json', 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  return (await response.json()) as T // the same
}

/** Ends something. Throws ApiError, also where the server is not there. */
export async function remove(path: string): Promise<void> {
  await ask(apiUrl(path), { method: 'DELETE' })
}

/** The address of a file that the browser saves by itself. */
export const download = (path: string, parameters: Parameters): string => apiUrl(path) + query(parameters)
