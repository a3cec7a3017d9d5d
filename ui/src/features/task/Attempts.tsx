import type { Attempt, TaskDetail } from '@/api/types'
import { StateWord } from '@/components/StateWord'
import { Line, Unknown } from '@/components/Text'
import { Duration, Elapsed, Time, Until } from '@/components/Time'
import { age } from '@/lib/duration'
import { thrown } from '@/lib/exception'
import { between } from '@/lib/instant'
import { isLost } from '@/lib/states'

const words: Record<string, string> = { REPLACED: 'replaced', REDELIVERED: 'delivered again' }

/** `lost` is the verdict on a task whose end nobody saw, null for every other. */
function Outcome({ attempt, lost }: { attempt: Attempt; lost: string | null }) {
  if (attempt.outcome && words[attempt.outcome]) return <span className="st plain">{words[attempt.outcome]}</span>
  if (!attempt.outcome && lost) return <StateWord state="STARTED" verdict={lost} />
  return <StateWord state={attempt.outcome ?? (attempt.started_at ? 'STARTED' : attempt.received_at ? 'RECEIVED' : 'PENDING')} />
}

function Ran({ attempt, lost }: { attempt: Attempt; lost: string | null }) {
  const seconds = attempt.runtime_s ?? between(attempt.started_at, attempt.ended_at)
  if (seconds !== null) return <Duration seconds={seconds} />
  if (attempt.started_at && !attempt.outcome && lost === null) return <Elapsed from={attempt.started_at} />
  return <span className="dim">—</span>
}

const learnt = ({ outcome, learnt_from: source }: Attempt): string => `${outcome ? 'end' : 'start'} read from ${source === 'worker' ? 'its worker’s list' : `the ${source ?? ''}`}`

/** What came after an attempt: the pause to the next one, or that there is none. */
function Next({ attempt, next, task }: { attempt: Attempt; next: Attempt | undefined; task: TaskDetail }) {
  const ended = attempt.ended_at ?? attempt.started_at
  const pause = next ? between(ended, next.started_at ?? next.received_at) : null
  if (pause !== null) return <>after {age(Math.max(0, pause))}</>
  if (!next && attempt.outcome === 'RETRY' && task.eta) return <Until at={task.eta} />
  if (!next && attempt.outcome === 'FAILURE') return <span className="dim">no more</span>
  return <span className="dim">—</span>
}

function Why({ attempt }: { attempt: Attempt }) {
  if (!attempt.exception) return attempt.learnt_from ? <span className="dim">{learnt(attempt)}</span> : null
  const { type, message } = thrown(attempt.exception)
  return (
    <span className={attempt.outcome === 'FAILURE' ? 'c-failure' : 'mid'}>
      <Line text={type && type !== message ? `${type}: ${message}` : message} limit={200} />
    </span>
  )
}

export function Attempts({ task }: { task: TaskDetail }) {
  if (task.attempts.length === 0) return null
  const code = task.verdict?.code ?? null
  const lost = isLost(code) ? code : null
  return (
    <div className="panel tw mt8">
      <table className="mt fix attempts">
        <thead>
          <tr>
            <th className="w-state">Outcome</th>
            <th className="w-no">#</th>
            <th className="w-crew">Worker</th>
            <th className="num w-time">Started</th>
            <th className="num w-ran">Ran</th>
            <th>Exception</th>
            <th className="num w-next">Next</th>
          </tr>
        </thead>
        <tbody>
          {task.attempts.map((attempt, index) => (
            <tr key={attempt.number}>
              <td className="p2">
                <Outcome attempt={attempt} lost={lost} />
              </td>
              <td className="p1">
                <span className="only-m">Attempt </span>
                {attempt.number}
              </td>
              <td className="p3 ell">{attempt.worker ? <Line text={attempt.worker} limit={120} /> : <Unknown why="No event told the worker" />}</td>
              <td className="num">{attempt.started_at ? <Time at={attempt.started_at} precision="ms" /> : <span className="dim">—</span>}</td>
              <td className="num p4">
                <Ran attempt={attempt} lost={lost} />
              </td>
              <td className="p5 ell">
                <Why attempt={attempt} />
              </td>
              <td className="num">
                <Next attempt={attempt} next={task.attempts[index + 1]} task={task} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
