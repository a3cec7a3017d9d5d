/** How a task's state looks and reads. `lost` is Umbel's own word (its worker or its end went unseen), every other one is Celery's state. */
export type StateKind = 'success' | 'running' | 'pending' | 'received' | 'failure' | 'retry' | 'revoked' | 'rejected' | 'lost'

export interface StateLook {
  kind: StateKind
  word: string
}

const looks: Record<string, StateLook> = {
  PENDING: { kind: 'pending', word: 'waiting' },
  RECEIVED: { kind: 'received', word: 'received' },
  STARTED: { kind: 'running', word: 'running' },
  RETRY: { kind: 'retry', word: 'retry' },
  SUCCESS: { kind: 'success', word: 'success' },
  FAILURE: { kind: 'failure', word: 'failure' },
  REVOKED: { kind: 'revoked', word: 'revoked' },
  REJECTED: { kind: 'rejected', word: 'rejected' },
  LOST: { kind: 'lost', word: 'lost' },
}

/** Celery's states in the order in which a task meets them, and that of a task whose end nobody knows. */
export const knownStates = ['PENDING', 'RECEIVED', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'LOST'] as const

const lostVerdicts = new Set<string | null | undefined>(['lost', 'orphaned', 'ended_unseen'])

/** Does the verdict say that nobody runs the task and nobody saw its end? A state of STARTED then says too much. */
export const isLost = (verdict: string | null | undefined): boolean => lostVerdicts.has(verdict)

/** A state of the application's own runs: it is said by its own name, in lower case. */
export function stateLook(state: string, verdict?: string | null): StateLook {
  if (isLost(verdict)) return { kind: 'lost', word: 'lost' }
  return looks[state] ?? { kind: 'running', word: state.toLowerCase() }
}

const ended = new Set(['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'REPLACED'])

export const hasEnded = (state: string): boolean => ended.has(state)

/** Is a worker at it now? Also true for an application's own state, such as PROGRESS. */
export const isRunning = (state: string): boolean => stateLook(state).kind === 'running'

/** The word for a state in a search: Celery's name in lower case. */
export const stateToken = (state: string): string => `state:${state.toLowerCase()}`
