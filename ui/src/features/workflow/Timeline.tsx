import type { TaskWorkflow } from '@/api/workflow'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { Time } from '@/components/Time'
import { plural, whole } from '@/lib/count'
import { useNow } from '@/lib/clock'
import { duration } from '@/lib/duration'
import { stateLook } from '@/lib/states'
import { splitName } from '@/lib/text'

import { extent } from './answer'

const most = 60

interface Bar {
  key: string
  name: string | null
  from: number
  start: number | null
  to: number
  kind: string
  note: string
}

function barsOf(flow: TaskWorkflow, now: number): Bar[] {
  const single = flow.tasks.flatMap((task): Bar[] => {
    const from = task.sent_at ?? task.received_at ?? task.started_at
    if (!from) return []
    const to = task.finished_at ? Date.parse(task.finished_at) : now
    const start = task.started_at ? Date.parse(task.started_at) : null
    const { kind, word } = stateLook(task.state, task.verdict?.code)
    return [{ key: task.id, name: task.name, from: Date.parse(from), start, to: Math.max(to, start ?? 0), kind, note: `${word}${task.runtime_s == null ? '' : `, ran ${duration(task.runtime_s)}`}` }]
  })
  const crowds = flow.crowds.flatMap(({ name, first_at: first, last_at: last, by_state: by }, index): Bar[] => {
    if (!first) return []
    const count = Object.values(by).reduce((sum, n) => sum + n, 0)
    return [{ key: `crowd-${index}`, name: `${name ?? 'tasks'} × ${whole(count)}`, from: Date.parse(first), start: Date.parse(first), to: last ? Date.parse(last) : now, kind: (by.FAILURE ?? 0) > 0 ? 'failure' : 'success', note: plural(count, 'task') }]
  })
  return [...single, ...crowds].sort((a, b) => a.from - b.from || (a.start ?? 0) - (b.start ?? 0))
}

/** When each task waited and ran, under one another. */
export function Timeline({ flow }: { flow: TaskWorkflow }) {
  const now = useNow()
  const time = extent(flow, now)
  if (!time) return null
  const long = Math.max(1, time.to - time.from)
  const all = barsOf(flow, now)
  const shown = all.slice(0, most)
  const at = (ms: number): number => Math.min(100, Math.max(0, ((ms - time.from) / long) * 100))
  return (
    <Section title="Timeline" note={all.length > shown.length ? `the first ${most} of ${whole(all.length)}` : undefined}>
      <div className="panel panel-b wfl">
        {shown.map((bar, index) => (
          <div className="wfr" key={bar.key}>
            <span className="ell">{bar.name !== shown[index - 1]?.name && <Line text={bar.name === null ? 'unknown name' : splitName(bar.name).last} limit={60} />}</span>
            <span className="l" title={bar.note} role="img" aria-label={`${bar.name ?? 'unknown name'}: ${bar.note}`}>
              <i className="wait" style={{ left: `${at(bar.from)}%`, width: `${at(bar.start ?? bar.to) - at(bar.from)}%` }} />
              {bar.start !== null && <i className={`k-${bar.kind}`} style={{ left: `${at(bar.start)}%`, width: `${at(bar.to) - at(bar.start)}%` }} />}
            </span>
          </div>
        ))}
        <div className="wfr wfx">
          <span />
          <span className="l">
            <Time at={new Date(time.from).toISOString()} precision="second" />
            <span>{duration(long / 1000)}</span>
            {time.open ? <span>now</span> : <Time at={new Date(time.to).toISOString()} precision="second" />}
          </span>
        </div>
      </div>
    </Section>
  )
}
