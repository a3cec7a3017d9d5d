import type * as schema from './schema.gen'

/** The server writes every field of an answer, also those that the document does not require. */
export type Whole<T> = T extends readonly (infer I)[] ? Whole<I>[] : T extends object ? (string extends keyof T ? T : { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }) : T

export type Attempt = Whole<schema.Attempt>
export type ClearingPreview = Whole<schema.ClearingPreview>
export type ClearingState = Whole<schema.ClearingState>
export type Count = Whole<schema.Count>
export type Coverage = Whole<schema.Coverage>
export type Doubt = Whole<schema.Doubt>
export type EventLine = Whole<schema.EventLine>
export type ExportState = Whole<schema.ExportState>
export type FailureDetail = Whole<schema.FailureDetail>
export type FailureGroup = Whole<schema.FailureGroup>
export type Failures = Whole<schema.Failures>
export type FailureShare = Whole<schema.FailureShare>
export type FailureWindow = Whole<schema.FailureWindow>
export type Gap = Whole<schema.Gap>
export type Gaps = Whole<schema.Gaps>
export type Health = Whole<schema.Health>
export type HistoryState = Whole<schema.HistoryState>
export type Me = Whole<schema.Me>
export type Overview = Whole<schema.Overview>
export type Problem = Whole<schema.Problem>
export type SelfAccount = Whole<schema.SelfAccount>
export type SelfPoint = Whole<schema.SelfPoint>
export type SelfReport = Whole<schema.SelfReport>
export type SelfWorker = Whole<schema.SelfWorker>
export type StreamGap = Whole<schema.StreamGap>
export type StreamHello = Whole<schema.StreamHello>
export type StreamLines = Whole<schema.StreamLines>
export type StreamTasks = Whole<schema.StreamTasks>
export type TaskDetail = Whole<schema.TaskDetail>
export type TaskEvent = Whole<schema.TaskEvent>
export type TaskName = Whole<schema.TaskName>
export type TaskNames = Whole<schema.TaskNames>
export type TaskPage = Whole<schema.TaskPage>
export type TaskRef = Whole<schema.TaskRef>
export type TaskRow = Whole<schema.TaskRow>
export type Verdict = Whole<schema.Verdict>
export type Worker = Whole<schema.Worker>
export type Workers = Whole<schema.Workers>

/** `arrived` is the order in which tasks were first heard of: waiting ones have their place in it too. */
export const sortKeys = ['arrived', 'received', 'started', 'finished', 'runtime', 'name', 'state', 'worker', 'retries'] as const

export type SortKey = (typeof sortKeys)[number]

/** A sort key, or `-` and a sort key for the other direction. */
export type Sort = SortKey | `-${SortKey}`

export const defaultSort: Sort = '-arrived'

export const sortKey = (sort: Sort): SortKey => (sort.startsWith('-') ? (sort.slice(1) as SortKey) : (sort as SortKey)) // by the type of Sort

export const isSort = (text: unknown): text is Sort => typeof text === 'string' && (sortKeys as readonly string[]).includes(text.replace(/^-/, '')) // widened to compare
