import type { TaskWorkflow, WorkflowBundle, WorkflowCrowd, WorkflowTask } from '@/api/workflow'
import { hasEnded, isLost } from '@/lib/states'

export type Link = TaskWorkflow['edges'][number]['link']

export interface TaskBox {
  kind: 'task'
  task: WorkflowTask
}

/** Tasks side by side. `rows` are those that are told one by one, each with what it led to. */
export interface BundleBox {
  kind: 'bundle'
  bundle: WorkflowBundle
  rows: readonly Branch[]
  crowds: readonly WorkflowCrowd[]
  /** What waits for all of them. */
  body: Branch | null
}

/** A task or a bundle, how it came to be, and what it led to. */
export interface Branch {
  id: string
  link: Link | null
  box: TaskBox | BundleBox
  next: readonly Branch[]
}

/** The graph as trees: each task and bundle stands in one place, whatever the events say of cycles. */
export function trees(flow: TaskWorkflow): Branch[] {
  const tasks = new Map(flow.tasks.map((task) => [task.id, task]))
  const bundles = new Map(flow.bundles.map((bundle) => [bundle.id, bundle]))
  const out = new Map<string, TaskWorkflow['edges']>()
  for (const edge of flow.edges) out.set(edge.source, [...(out.get(edge.source) ?? []), edge])
  const seen = new Set<string>()

  const after = (id: string): Branch[] => (out.get(id) ?? []).filter(({ link }) => link !== 'joined').flatMap(({ target, link }) => visit(target, link) ?? [])
  const visit = (id: string, link: Link | null): Branch | null => {
    if (seen.has(id)) return null
    seen.add(id)
    const task = tasks.get(id)
    if (task) return { id, link, box: { kind: 'task', task }, next: after(id) }
    const bundle = bundles.get(id)
    if (!bundle) return null
    const rows = bundle.tasks.flatMap((member) => visit(member, null) ?? [])
    const body = bundle.body === null ? null : visit(bundle.body, 'joined')
    return { id, link, box: { kind: 'bundle', bundle, rows, crowds: bundle.crowds.flatMap((place) => flow.crowds[place] ?? []), body }, next: after(id) }
  }
  const found = flow.starts.flatMap((id) => visit(id, null) ?? [])
  // tasks that lead to each other in a circle have no start
  return [...found, ...flow.bundles.flatMap(({ id }) => visit(id, null) ?? []), ...flow.tasks.flatMap(({ id }) => visit(id, null) ?? [])]
}

/** A run of steps without a fork: drawn in one line, however long it is. */
export interface Chain {
  steps: readonly Branch[]
  /** What the last step led to, where that is more than one. */
  forks: readonly Branch[]
}

export function chainOf(first: Branch): Chain {
  const steps = [first]
  let last = first
  for (;;) {
    const [only, ...more] = last.next
    if (!only || more.length > 0) return { steps, forks: last.next }
    steps.push(only)
    last = only
  }
}

const ends = 8

/** The steps of a chain that are drawn, and how many between them are not. */
export function folded<S>(steps: readonly S[], open: boolean): { head: readonly S[]; hidden: number; tail: readonly S[] } {
  if (open || steps.length <= 3 * ends) return { head: steps, hidden: 0, tail: [] }
  return { head: steps.slice(0, ends), hidden: steps.length - 2 * ends, tail: steps.slice(-ends) }
}

export interface Tally {
  all: number
  ended: number
  failed: number
  by: Readonly<Record<string, number>>
}

const ill = new Set(['FAILURE', 'REVOKED', 'REJECTED', 'LOST'])

/** How many of a bundle's tasks are in which state; those of a crowd are counted, not those that are listed of it. */
export function tally({ bundle, rows, crowds }: Pick<BundleBox, 'bundle' | 'rows' | 'crowds'>): Tally {
  const by: Record<string, number> = {}
  for (const crowd of crowds) for (const [state, n] of Object.entries(crowd.by_state)) by[state] = (by[state] ?? 0) + n
  const counted = new Set(crowds.map(({ name }) => name))
  for (const { box } of rows) {
    if (box.kind !== 'task' || counted.has(box.task.name)) continue
    const state = isLost(box.task.verdict?.code) ? 'LOST' : box.task.state
    by[state] = (by[state] ?? 0) + 1
  }
  const known = Object.values(by).reduce((sum, n) => sum + n, 0)
  const count = (test: (state: string) => boolean): number => Object.entries(by).reduce((sum, [state, n]) => sum + (test(state) ? n : 0), 0)
  return { all: Math.max(known, bundle.size ?? 0), ended: count((state) => hasEnded(state) || state === 'LOST'), failed: count((state) => ill.has(state)), by }
}

/** The one name of a bundle's tasks; null where they have several. */
export function nameOf({ rows, crowds }: Pick<BundleBox, 'rows' | 'crowds'>): string | null {
  const names = new Set([...crowds.map(({ name }) => name), ...rows.flatMap(({ box }) => (box.kind === 'task' ? [box.task.name] : []))])
  const [only, ...more] = names
  return more.length === 0 ? (only ?? null) : null
}
