import type { TaskDetail } from '@/api/types'
import { apiUrl } from '@/lib/base'

/** The address of the task in the API. */
export const address = (task: TaskDetail): string => new URL(apiUrl(`tasks/${encodeURIComponent(task.id)}`), document.baseURI).href

export const asCurl = (task: TaskDetail): string => `curl -s '${address(task).replaceAll("'", '%27')}'`

/** Whether what Celery wrote of a value may be less than the value. */
const isCut = (text: string): boolean => text.includes('...') || text.includes('…')

/** A call that sends the same task again; null where its name or its arguments are not known in full. */
export function asCall(task: TaskDetail): string | null {
  const { name, args, kwargs, queue } = task
  if (!name || args == null || kwargs == null || task.cut.length > 0 || isCut(args) || isCut(kwargs)) return null
  return `app.send_task(${JSON.stringify(name)}, args=${args}, kwargs=${kwargs}${queue ? `, queue=${JSON.stringify(queue)}` : ''})`
}

/** A value of JSON as Python writes it, so that it is read as a tree like any other. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (typeof value === 'object') return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${written(inner)}`).join(', ')}}`
  return JSON.stringify(value)
}
