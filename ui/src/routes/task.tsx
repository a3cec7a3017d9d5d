import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'

import { ApiError } from '@/api/client'
import type { Watch } from '@/api/live'
import { useWatch } from '@/api/live-context'
import { health, me, taskDetail } from '@/api/queries'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { usePageTitle } from '@/components/Page'
import { TaskActions } from '@/features/actions/TaskActions'
import { Attempts } from '@/features/task/Attempts'
import { Elsewhere } from '@/features/task/Elsewhere'
import { Events } from '@/features/task/Events'
import { Facts } from '@/features/task/Facts'
import { MissingTask } from '@/features/task/MissingTask'
import { PhaseBar } from '@/features/task/PhaseBar'
import { Related } from '@/features/task/Related'
import { titleWord } from '@/features/task/sentence'
import { Siblings } from '@/features/task/Siblings'
import { Similar } from '@/features/task/Similar'
import { TaskHead } from '@/features/task/TaskHead'
import { written } from '@/features/task/copies'
import { Values } from '@/features/task/Values'
import { Why } from '@/features/task/Why'
import { quote } from '@/lib/search-text'
import { hasEnded, isLost } from '@/lib/states'
import { oneLine, shortId, splitName } from '@/lib/text'

import '@/features/task/task.css'

const route = getRouteApi('/tasks/$id')
const refetchMs = 400

/** Reads the task again when the stream says that it, or one that it called, changed. */
function useTaskChanges(id: string): void {
  const client = useQueryClient()
  const watch = useMemo<Watch>(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const reread = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void client.invalidateQueries({ queryKey: ['task', id] })
      }, refetchMs)
    }
    return { search: `id:${quote(id)} OR parent:${quote(id)}`, after: null, key: null, onTasks: reread, onHello: reread }
  }, [client, id])
  useWatch(watch)
}

export function TaskRoute() {
  const { id } = route.useParams()
  const { data: task, error, refetch } = useQuery(taskDetail(id))
  const self = useQuery(health)
  const reader = useQuery(me)
  useTaskChanges(id)
  const isMissing = error instanceof ApiError && error.status === 404
  const what = task ? `${titleWord(task)}: ${oneLine(splitName(task.name ?? 'task').last, 60)} ${shortId(task.id)}` : isMissing ? 'Unknown task' : 'Task'
  usePageTitle(`${what}, ${self.data?.cluster ?? 'Umbel'}`)

  if (isMissing && !task) return <MissingTask id={id} />
  if (error && !task) return <ErrorNote title="The task did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  if (!task) return <div className="panel"><Bones widths={[44, 82, 64, 74, 48, 60]} /></div>
  const isCut = (field: string) => task.cut.includes(field)
  return (
    <>
      <TaskHead task={task} actions={<TaskActions task={task} me={reader.data} />} />
      <Similar task={task} />
      <div className="grid g-side body mt24">
        <div>
          <PhaseBar task={task} />
          <Attempts task={task} />
          <Why task={task} />
          <div className="grid g-2 sec">
            <Values
              title="Arguments"
              parts={
                task.arguments
                  ? [
                      { name: 'args', text: written(task.arguments.args), cut: task.arguments.cut },
                      { name: 'kwargs', text: written(task.arguments.kwargs), cut: task.arguments.cut },
                    ]
                  : [
                      { name: 'args', text: task.args, cut: isCut('args') },
                      { name: 'kwargs', text: task.kwargs, cut: isCut('kwargs') },
                    ]
              }
              from={task.arguments ? 'from the agent' : undefined}
              missing="No event told them: workers send them when they receive a task."
            />
            <Values title="Result" parts={[{ name: null, text: task.result, cut: isCut('result') }]} missing={task.state === 'SUCCESS' || isLost(task.verdict?.code) ? 'No event told it.' : hasEnded(task.state) ? 'There is none: only a success has a result.' : 'There is none yet.'} />
          </div>
          <Siblings task={task} />
          <Related task={task} />
          <Events task={task} />
        </div>
        <aside aria-label="Facts">
          <Facts task={task} />
          <Elsewhere task={task} />
        </aside>
      </div>
    </>
  )
}
