import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'

import { ApiError } from '@/api/client'
import type { Watch } from '@/api/live'
import { useWatch } from '@/api/live-context'
import { health } from '@/api/queries'
import { taskWorkflow } from '@/api/workflow'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { Line } from '@/components/Text'
import { MissingTask } from '@/features/task/MissingTask'
import { answer } from '@/features/workflow/answer'
import { Canvas } from '@/features/workflow/Canvas'
import { Picked } from '@/features/workflow/Picked'
import { Timeline } from '@/features/workflow/Timeline'
import { trees } from '@/features/workflow/tree'
import { useNow } from '@/lib/clock'
import { quote } from '@/lib/search-text'

import '@/features/workflow/workflow.css'

const route = getRouteApi('/workflow/$id')
const refetchMs = 700

/** Reads the graph again when the stream says that one of its tasks changed. */
function useFamilyChanges(id: string, root: string | undefined): void {
  const client = useQueryClient()
  const watch = useMemo<Watch | null>(() => {
    if (!root) return null
    let timer: ReturnType<typeof setTimeout> | undefined
    const reread = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void client.invalidateQueries({ queryKey: taskWorkflow(id).queryKey })
      }, refetchMs)
    }
    return { search: `root:${quote(root)} OR id:${quote(root)}`, after: null, key: null, onTasks: reread, onHello: reread }
  }, [client, id, root])
  useWatch(watch)
}

export function WorkflowRoute() {
  const { id } = route.useParams()
  const { data: flow, error, refetch } = useQuery(taskWorkflow(id))
  const self = useQuery(health)
  const now = useNow()
  const [picked, setPicked] = useState<string | null>(null)
  useFamilyChanges(id, flow?.root_id)
  const branches = useMemo(() => (flow ? trees(flow) : []), [flow])
  const told = flow && answer(flow, branches, now)
  usePageTitle(`${told?.title ?? 'Workflow'}, ${self.data?.cluster ?? 'Umbel'}`)

  if (error instanceof ApiError && error.status === 404 && !flow) return <MissingTask id={id} />
  if (error && !flow) return <ErrorNote title="The workflow did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  if (!flow || !told) return <div className="panel"><Bones widths={[44, 82, 64, 74]} /></div>
  const root = flow.tasks.find((task) => task.id === flow.root_id)
  const shown = flow.tasks.find((task) => task.id === picked) ?? flow.tasks.find((task) => task.state === 'FAILURE') ?? flow.tasks.find((task) => task.id === id)
  return (
    <>
      <Answer glyph={told.glyph} title={<bdi className="clamp">{told.title}</bdi>}>
        Begun by{' '}
        {root ? (
          <Link className="link" to="/tasks/$id" params={{ id: root.id }}>
            <Line text={root.name ?? root.id} limit={120} />
          </Link>
        ) : (
          <>a task that was never seen (<code><Line text={flow.root_id} limit={80} /></code>)</>
        )}
        . {told.note}
      </Answer>
      <Canvas flow={flow} branches={branches} own={id} picked={shown?.id ?? null} onPick={setPicked} />
      <div className="grid g-side mt24 wfgrid">
        <div>
          <Timeline flow={flow} />
        </div>
        <aside aria-label="Picked task">{shown && <Picked task={shown} isCritical={flow.critical.includes(shown.id)} />}</aside>
      </div>
    </>
  )
}
