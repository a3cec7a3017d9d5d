import type { Command } from '@/api/commands'
import { plural } from '@/lib/count'

export interface Field {
  name: string
  label: string
  kind: 'number' | 'text' | 'choice'
  initial: string
  options?: readonly { value: string; label: string }[]
  hint?: string
  optional?: boolean
}

/** One thing that can be done, in words, and the command that it becomes. `build` gives null while a field is empty. */
export interface Action {
  label: string
  title: string
  /** `messages` wait in the queue that is emptied, as far as the server has counted them. */
  button: (values: Values, messages: number | null) => string
  danger?: boolean
  fields: readonly Field[]
  build: (values: Values) => Command | null
}

export type Values = Readonly<Record<string, string>>

export type WorkerActionName = 'pool_grow' | 'pool_shrink' | 'autoscale' | 'pool_restart' | 'add_consumer' | 'cancel_consumer' | 'rate_limit' | 'time_limit' | 'enable_events' | 'disable_events' | 'shutdown'

export type TaskActionName = 'revoke' | 'terminate' | 'abort'

const whole = (text: string | undefined): number | null => (text && /^\d+$/.test(text.trim()) ? Number(text) : null)

const given = (text: string | undefined): string | null => text?.trim() ?? null

const seconds = (text: string | undefined): number | null => (text?.trim() ? Number(text) : null)

const count: Field = { name: 'by', label: 'Processes', kind: 'number', initial: '1' }

const queue: Field = { name: 'queue', label: 'Queue', kind: 'text', initial: '' }

const task: Field = { name: 'task', label: 'Task name', kind: 'text', initial: '', hint: 'as the application registers it' }

const processes = (text: string | undefined): string => plural(whole(text) ?? 0, 'process', 'processes')

/** What can be done to these workers; `tasks` and `queues` are offered where they are known. */
export function workerAction(name: WorkerActionName, workers: string[], queues: readonly string[] = []): Action {
  const who = workers.length === 1 ? (workers[0] ?? '') : plural(workers.length, 'worker')
  const known: Field = queues.length > 0 ? { ...queue, kind: 'choice', initial: queues[0] ?? '', options: queues.map((value) => ({ value, label: value })) } : queue
  switch (name) {
    case 'pool_grow':
      return { label: 'Grow the pool…', title: `Let ${who} run more at once`, button: ({ by }) => `Add ${processes(by)}`, fields: [count], build: ({ by }) => sized('pool_grow', workers, whole(by)) }
    case 'pool_shrink':
      return { label: 'Shrink the pool…', title: `Let ${who} run fewer at once`, button: ({ by }) => `Take ${processes(by)} away`, fields: [count], build: ({ by }) => sized('pool_shrink', workers, whole(by)) }
    case 'pool_restart':
      return { label: 'Restart the pool…', title: `Start the pool of ${who} anew`, button: () => 'Restart the pool', fields: [], build: () => ({ command: 'pool_restart', workers }) }
    case 'autoscale':
      return {
        label: 'Autoscale…',
        title: `Bounds of autoscale of ${who}`,
        button: ({ least, most }) => `Size between ${least ?? ''} and ${most ?? ''}`,
        fields: [
          { name: 'least', label: 'Least', kind: 'number', initial: '1' },
          { name: 'most', label: 'Most', kind: 'number', initial: '10' },
        ],
        build: ({ least, most }) => bounds(workers, whole(least), whole(most)),
      }
    case 'add_consumer':
      return { label: 'Take from a queue…', title: `Let ${who} take tasks from one more queue`, button: ({ queue: name }) => `Take from ${name ?? ''}`, fields: [queue], build: ({ queue: name }) => (given(name) ? { command: 'add_consumer', workers, queue: given(name) ?? '' } : null) }
    case 'cancel_consumer':
      return { label: 'Leave a queue…', title: `Let ${who} take no more tasks from a queue`, button: ({ queue: name }) => `Leave ${name ?? ''}`, fields: [known], build: ({ queue: name }) => (given(name) ? { command: 'cancel_consumer', workers, queue: given(name) ?? '' } : null) }
    case 'rate_limit':
      return {
        label: 'Rate limit…',
        title: `Limit how often ${who} ${workers.length === 1 ? 'starts' : 'start'} a task`,
        button: ({ rate }) => (rate?.trim() === '0' ? 'Lift the limit' : `Limit to ${rate ?? ''}`),
        fields: [task, { name: 'rate', label: 'Rate', kind: 'text', initial: '10/m', hint: '10, 10/s, 10/m, 10/h; 0 is no limit' }],
        build: ({ task: name, rate }) => (given(name) && given(rate) ? { command: 'rate_limit', workers, everywhere: false, task: given(name) ?? '', rate: given(rate) ?? '' } : null),
      }
    case 'time_limit':
      return {
        label: 'Time limits…',
        title: `How long a task may run on ${who}`,
        button: () => 'Set the limits',
        fields: [
          task,
          { name: 'soft', label: 'Soft (s)', kind: 'number', initial: '', optional: true, hint: 'the task may end itself' },
          { name: 'hard', label: 'Hard (s)', kind: 'number', initial: '', optional: true, hint: 'it is killed; both empty: no limit' },
        ],
        build: ({ task: name, soft, hard }) => (given(name) ? { command: 'time_limit', workers, everywhere: false, task: given(name) ?? '', soft_s: seconds(soft), hard_s: seconds(hard) } : null),
      }
    case 'enable_events':
      return { label: 'Send task events…', title: `Let ${who} tell what tasks do`, button: () => 'Send task events', fields: [], build: () => ({ command: 'enable_events', workers, everywhere: false }) }
    case 'disable_events':
      return { label: 'Stop task events…', title: `Let ${who} tell nothing of tasks`, button: () => 'Stop task events', danger: true, fields: [], build: () => ({ command: 'disable_events', workers, everywhere: false }) }
    case 'shutdown':
      return { label: 'Shut down…', title: `Shut down ${who}?`, button: () => `Shut down ${plural(workers.length, 'worker')}`, danger: true, fields: [], build: () => ({ command: 'shutdown', workers }) }
  }
}

const sized = (command: 'pool_grow' | 'pool_shrink', workers: string[], by: number | null): Command | null => (by ? { command, workers, by } : null)

const bounds = (workers: string[], least: number | null, most: number | null): Command | null => (least === null || most === null ? null : { command: 'autoscale', workers, least, most })

const signals: Field = {
  name: 'signal',
  label: 'Signal',
  kind: 'choice',
  initial: 'TERM',
  options: [
    { value: 'TERM', label: 'TERM: end' },
    { value: 'INT', label: 'INT: interrupt' },
    { value: 'USR1', label: 'USR1: as if the soft time limit were over' },
    { value: 'QUIT', label: 'QUIT: end at once' },
    { value: 'KILL', label: 'KILL: nothing can be cleaned up' },
  ],
}

const isSignal = (text: string | undefined): text is 'TERM' | 'INT' | 'USR1' | 'QUIT' | 'KILL' => signals.options?.some(({ value }) => value === text) ?? false

/** What can be done to these tasks. */
export function taskAction(name: TaskActionName, ids: string[]): Action {
  const what = plural(ids.length, 'task')
  switch (name) {
    case 'revoke':
      return { label: 'Revoke…', title: ids.length === 1 ? 'Revoke this task?' : `Revoke ${what}?`, button: () => `Revoke ${what}`, fields: [], build: () => ({ command: 'revoke', ids }) }
    case 'terminate':
      return { label: 'Terminate…', title: ids.length === 1 ? 'End this task while it runs?' : `End ${what} while they run?`, button: ({ signal }) => `Send SIG${signal ?? ''}`, danger: true, fields: [signals], build: ({ signal }) => (isSignal(signal) ? { command: 'terminate', ids, signal } : null) }
    case 'abort':
      return { label: 'Abort…', title: ids.length === 1 ? 'Ask this task to end itself?' : `Ask ${what} to end themselves?`, button: () => `Abort ${what}`, fields: [], build: () => ({ command: 'abort', ids }) }
  }
}

/** Delete what waits in a queue; the number is told by the server. */
export const purgeAction = (queueName: string): Action => ({
  label: 'Purge…',
  title: `Delete what waits in ${queueName}?`,
  button: (_, messages) => (messages === null ? 'Delete the messages' : `Delete ${plural(messages, 'message')}`),
  danger: true,
  fields: [
    {
      name: 'export',
      label: 'Copy',
      kind: 'choice',
      initial: 'yes',
      options: [
        { value: 'yes', label: 'write them to a file first' },
        { value: 'no', label: 'keep none' },
      ],
    },
  ],
  build: ({ export: kept }) => ({ command: 'purge', queue: queueName, export: kept === 'yes' }),
})
