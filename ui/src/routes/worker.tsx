import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { RotateCw, ServerOff } from 'lucide-react'

import { ApiError } from '@/api/client'
import { health, me } from '@/api/queries'
import { refreshWorker, workerDetail, workerHistory, workerKey, workerTasks } from '@/api/workers'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones, Nil } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { WorkerActions } from '@/features/actions/WorkerActions'
import { AgentFacts } from '@/features/workers/AgentFacts'
import { Charts } from '@/features/workers/Charts'
import { RunsNow, Waiting } from '@/features/workers/Held'
import { Lanes } from '@/features/workers/Lanes'
import { Setup, Starts } from '@/features/workers/Setup'
import { Seen, WorkerFacts } from '@/features/workers/WorkerFacts'
import { workerAnswer } from '@/features/workers/head'
import { quote } from '@/lib/search-text'
import { oneLine } from '@/lib/text'

import '@/features/workers/workers.css'

const route = getRouteApi('/workers/$name')
const spans = [
  { value: undefined, label: '1 hour', hours: 1, note: 'last hour' },
  { value: '24h', label: '24 hours', hours: 24, note: 'last 24 hours' },
  { value: '7d', label: '7 days', hours: 168, note: 'last 7 days' },
] as const

function Missing({ name }: { name: string }) {
  return (
    <Nil
      icon={<ServerOff className="i" aria-hidden="true" />}
      title={`No worker ${oneLine(name, 80)} is known`}
      actions={
        <Link className="btn" to="/workers">
          All workers
        </Link>
      }
    >
      None of that name was heard, or its history was deleted with the rest.
    </Nil>
  )
}

export function WorkerRoute() {
  const { name } = route.useParams()
  const { span } = route.useSearch()
  const navigate = route.useNavigate()
  const client = useQueryClient()
  const { data: detail, error, refetch } = useQuery(workerDetail(name))
  const shown = spans.find(({ value }) => value === span) ?? spans[0]
  const history = useQuery(workerHistory(name, shown.hours))
  const recent = useQuery(workerTasks(name))
  const self = useQuery(health)
  const user = useQuery(me)
  const refresh = useMutation({ mutationFn: () => refreshWorker(name), onSuccess: (told) => client.setQueryData(workerKey(name), told) })
  const answer = detail ? workerAnswer(detail) : null
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}${oneLine(name, 80)}, ${self.data?.cluster ?? 'Umbel'}`)

  if (error instanceof ApiError && error.status === 404 && !detail) return <Missing name={name} />
  if (error && !detail) return <ErrorNote title="The worker did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  if (!detail || !answer) return <div className="panel"><Bones widths={[44, 82, 64, 74, 48]} /></div>
  const { worker } = detail
  return (
    <>
      <Answer
        glyph={answer.kind}
        title={answer.title}
        end={
          <div className="btns">
            <button type="button" className="btn" disabled={refresh.isPending || worker.state === 'offline'} onClick={() => refresh.mutate()} title="Ask it for everything now">
              <RotateCw className="i" aria-hidden="true" />
              {refresh.isPending ? 'Asking…' : 'Ask it now'}
            </button>
            <Link className="btn" to="/tasks" search={{ search: `worker:${quote(name)}` }}>
              Its tasks
            </Link>
            <WorkerActions workers={[name]} queues={detail.queues.map((queue) => queue.name)} me={user.data} />
          </div>
        }
      >
        {refresh.error ? `${refresh.error.message}. ` : ''}
        {answer.note}
      </Answer>
      <div className="grid g-side body mt24">
        <div>
          {recent.data && recent.data.items.length > 0 && <Lanes page={recent.data} slots={worker.slots} busy={worker.active} heard={worker.last_heartbeat_at} />}
          <div className="row mt16">
            <span className="sp" />
            <span className="seg" role="group" aria-label="Time range">
              {spans.map(({ value, label }) => (
                <button key={label} type="button" aria-pressed={shown.value === value} onClick={() => void navigate({ search: { span: value }, replace: true })}>
                  {label}
                </button>
              ))}
            </span>
          </div>
          {history.data && <Charts detail={detail} history={history.data} note={shown.note} />}
          <RunsNow list={detail.active} />
          <Waiting reserved={detail.reserved} scheduled={detail.scheduled} />
          <Setup detail={detail} />
          <Starts detail={detail} />
        </div>
        <aside aria-label="Facts">
          <WorkerFacts detail={detail} />
          {detail.agent && <AgentFacts agent={detail.agent} />}
          <Seen detail={detail} />
        </aside>
      </div>
    </>
  )
}
