export type {
  Attempt,
  Count,
  Coverage,
  Health,
  Me,
  Overview,
  Problem,
  StreamGap,
  StreamHello,
  StreamTasks,
  TaskDetail,
  TaskEvent,
  TaskName,
  TaskNames,
  TaskPage,
  TaskRef,
  TaskRow,
  Verdict,
  Worker,
  Workers,
} from './schema.gen'

export const sortKeys = ['received', 'started', 'finished', 'runtime', 'name', 'state', 'worker', 'retries'] as const

export type SortKey = (typeof sortKeys)[number]

/** A sort key, or `-` and a sort key for the other direction. */
export type Sort = SortKey | `-${SortKey}`

export const defaultSort: Sort = '-received'

export const sortKey = (sort: Sort): SortKey => (sort.startsWith('-') ? (sort.slice(1) as SortKey) : (sort as SortKey)) // by the type of Sort

export const isSort = (text: unknown): text is Sort => typeof text === 'string' && (sortKeys as readonly string[]).includes(text.replace(/^-/, '')) // widened to compare
