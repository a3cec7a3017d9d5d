import { queryOptions } from '@tanstack/react-query'

import { get } from './client'
import type * as schema from './schema.gen'
import type { Whole } from './types'

export type TaskWorkflow = Whole<schema.TaskWorkflow>
export type WorkflowTask = Whole<schema.WorkflowTask>
export type WorkflowBundle = Whole<schema.WorkflowBundle>
export type WorkflowCrowd = Whole<schema.WorkflowCrowd>

/** What a task is part of. The task's own key begins it, so that a change of the task reads this anew as well. */
export const taskWorkflow = (id: string) =>
  queryOptions({ queryKey: ['task', id, 'workflow'], queryFn: ({ signal }) => get<TaskWorkflow>(`workflow/${encodeURIComponent(id)}`, {}, signal), staleTime: 1_000 })
