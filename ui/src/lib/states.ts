/** How a task's state looks and reads. `lost` is a verdict (its worker or its end went unseen), every other one is Celery's own state. */
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
}

/** Celery's states in the order in which a task meets them. */
export const knownStates = ['PENDING', 'RECEIVED', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'] as const

/** Does the verdict say that a task whose state is STARTED no longer runs? */
export const isLost = (verdict: string | null | undefined): boolean => verdict === 'orphaned' || verdict === 'ended_unseen'

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
