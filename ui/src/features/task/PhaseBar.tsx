import type { TaskDetail } from '@/api/types'
import { Section } from '@/components/Page'
import { Time } from '@/components/Time'
import { useNow } from '@/lib/clock'
import { age, duration, elapsed } from '@/lib/duration'
import { isLost, stateLook } from '@/lib/states'

import { hidden, phases, ticks, total, type Phase } from './phases'
import { span } from './sentence'

const looks = { wait: 'w', held: 'h', run: 'r', between: 'c' } as const

function label({ kind, from, to, open }: Phase): string {
  const long = open ? elapsed((to - from) / 1000) : duration((to - from) / 1000)
  if (kind === 'run') return `ran ${long}`
  if (kind === 'held') return `${open ? 'is held by its worker for' : 'was held by its worker for'} ${long}`
  return kind === 'wait' ? `waited ${long}` : `${open ? 'pauses since' : 'paused'} ${long}`
}

/** The task's life in one bar: waiting, running, between attempts. */
export function PhaseBar({ task }: { task: TaskDetail }) {
  const now = useNow()
  const all = phases(task, now)
  const [first] = all
  const last = all.at(-1)
  if (!first || !last) return null
  const long = (last.to - first.from) / 1000
  const share = (seconds: number) => (long > 0 ? (seconds / long) * 100 : 0)
  const between = total(all, 'between')
  const held = total(all, 'held')
  const title = span(task) ?? (isLost(task.verdict?.code) ? 'Its end was not seen' : `${elapsed(long)} so far`)
  return (
    <Section
      title={title}
      end={
        <span className="legend">
          <span>
            <i className="s-pend" />
            Waiting <b>{duration(total(all, 'wait'))}</b>
          </span>
          {held > 0 && (
            <span title="Its worker had taken it, and had no slot free">
              <i className="s-held" />
              Prefetched <b>{duration(held)}</b>
            </span>
          )}
          <span>
            <i className="s-run" />
            Running <b>{duration(total(all, 'run'))}</b>
          </span>
          {task.gaps.length > 0 && (
            <span>
              <i className="s-unseen" />
              Not seen
            </span>
          )}
          {between > 0 && (
            <span>
              <i className="s-gap" />
              Between attempts <b>{duration(between)}</b>
            </span>
          )}
        </span>
      }
    >
      <div className="phase" role="img" aria-label={`${all.map(label).join(', ')}; now ${stateLook(task.state, task.verdict?.code).word}`}>
        {all.map((phase) => {
          const width = share((phase.to - phase.from) / 1000)
          return (
            <i key={`${phase.kind}-${phase.from}`} className={`${looks[phase.kind]}${phase.failed ? ' f' : ''}`} style={{ flexGrow: Math.max(width, 0.01) }} title={label(phase)}>
              {phase.kind === 'run' && width > 3 && phase.attempt}
              {phase.kind === 'between' && width > 14 && (
                <b>
                  <span>
                    <em>{phase.open ? 'pauses for ' : 'tried again after '}</em>
                    {age((phase.to - phase.from) / 1000)}
                  </span>
                </b>
              )}
            </i>
          )
        })}
        {hidden(task.gaps, first.from, last.to).map(({ from, to, gap }) => (
          <i key={`${gap.kind}-${gap.since}`} className="u" style={{ left: `${share((from - first.from) / 1000)}%`, width: `${share((to - from) / 1000)}%` }} />
        ))}
      </div>
      <div className="pax">
        <span className="a">
          <Time at={new Date(first.from).toISOString()} precision="second" />
        </span>
        {ticks(long).map((at) => (
          <span key={at} className="no-m" style={{ left: `${share(at)}%` }}>
            +{at < 60 && at % 1 !== 0 ? duration(at) : elapsed(at)}
          </span>
        ))}
        <span className="z">{last.open ? 'now' : <Time at={new Date(last.to).toISOString()} precision="second" />}</span>
      </div>
    </Section>
  )
}
