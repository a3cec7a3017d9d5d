import { Link } from '@tanstack/react-router'

import type { ExpectedRun } from '@/api/schedules'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Duration, Time } from '@/components/Time'
import { between } from '@/lib/instant'
import { shortId } from '@/lib/text'

import { look, runWords } from './words'

function Delay({ run }: { run: ExpectedRun }) {
  const late = between(run.due_at, run.sent_at ?? run.received_at)
  if (late === null) return <span className="dim">nothing was sent</span>
  return late < 0.05 ? <span className="dim">at once</span> : <span>after <Duration seconds={late} /></span>
}

/** Every expected run, newest first: when it was due, what became of it, and why. */
export function History({ runs }: { runs: readonly ExpectedRun[] }) {
  return (
    <div className="panel tw">
      <table className="mt sch">
        <thead>
          <tr>
            <th>Due</th>
            <th>Verdict</th>
            <th className="no-t">Sent</th>
            <th>Took</th>
            <th>Task</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const { word, trouble, slot } = look(run.verdict)
            return (
              <tr key={run.due_at} id={run.due_at}>
                <td className="p1">
                  <Time at={run.due_at} precision="second" />
                </td>
                <td className="p2">
                  <span className={`row2 ${trouble ? `c-${trouble}` : slot === 'ok' ? 'dim' : ''}`}>
                    {trouble && <Glyph kind={trouble} />} {word}
                  </span>
                </td>
                <td className="no-t">
                  <Delay run={run} />
                </td>
                <td className="p4">{run.took_s === null ? <span className="dim">—</span> : <Duration seconds={run.took_s} />}</td>
                <td className="p3">
                  {run.task_id !== null && (
                    <Link className="q mono" to="/tasks/$id" params={{ id: run.task_id }}>
                      <Line text={shortId(run.task_id)} />
                    </Link>
                  )}
                  {run.worker && <span className="s ell"><Line text={run.worker} limit={40} /></span>}
                </td>
                <td className="p5 why"><Line text={runWords(run)} limit={240} /></td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
