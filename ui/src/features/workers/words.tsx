import type { Worker } from '@/api/types'
import { Glyph, type HealthKind } from '@/components/Glyph'
import { Unknown } from '@/components/Text'
import { Age } from '@/components/Time'
import { bytes } from '@/lib/count'
import { duration } from '@/lib/duration'

const looks = { offline: { kind: 'critical', word: 'OFFLINE' }, silent: { kind: 'warning', word: 'silent' }, unknown: { kind: 'unknown', word: 'unknown' } } as const

/** Whether a worker lives, in a word with its shape; healthy is plain ink. */
export function WorkerState({ worker: { state, reason, last_heartbeat_at: heard } }: { worker: Worker }) {
  const why = reason.slice(0, 400)
  if (state === 'online')
    return (
      <span className="mid" title={why}>
        online
      </span>
    )
  if (state === 'busy')
    return (
      <span className="mid" title={why}>
        busy {heard && <Age at={heard} />}
      </span>
    )
  const { kind, word } = looks[state]
  return (
    <span className={`st c-${kind}`} title={why}>
      <Glyph kind={kind} />
      {word}
    </span>
  )
}

const judged = (health: HealthKind): health is 'warning' | 'critical' => health === 'warning' || health === 'critical'

const cpuSources = { agent: "Of its host, by Umbel's agent", process: 'Of one core, by its one process (getrusage)' } as const
const noCpu = "Nobody tells: of a worker with several processes only Umbel's agent can. The load beside it is of its whole host"

/** The share of the CPU and where it is from; where nobody knows, the load of the host. */
export function Cpu({ worker: { cpu, cpu_from: source, cpu_health: health, loadavg, state } }: { worker: Worker }) {
  if (cpu === null || source === null) {
    const [load] = loadavg ?? []
    if (load === undefined || state === 'offline') return <Unknown why={state === 'offline' ? 'It is offline' : noCpu} />
    return (
      <span title={noCpu}>
        <span className="dim sm">load</span> {load.toFixed(2)}
      </span>
    )
  }
  return (
    <span className="load" title={cpuSources[source]}>
      <span className={judged(health) ? `c-${health} fw5` : undefined}>
        {judged(health) && <Glyph kind={health} />} {Math.round(cpu * 100)}
        <span className="u">%</span>
      </span>
      <span className={`meter ${judged(health) ? health : ''}`} aria-hidden="true">
        <i style={{ width: `${Math.min(1, cpu) * 100}%` }} />
      </span>
    </span>
  )
}

export const memorySources = {
  agent: "All its processes now, by Umbel's agent",
  peak: 'The most that its process ever had (getrusage)',
  'peak of main': "The most that its main process ever had (getrusage), without its pool: Umbel's agent tells all of it",
} as const

export function Memory({ worker: { memory_bytes: size, memory_from: source, memory_health: health, state } }: { worker: Worker }) {
  if (size === null || source === null) return <Unknown why={state === 'offline' ? 'It is offline' : 'It did not tell yet'} />
  return (
    <span title={memorySources[source]} className={judged(health) ? `c-${health} fw5` : undefined}>
      {judged(health) && <Glyph kind={health} />} {bytes(size)}
      {source !== 'agent' && <span className="s">{source === 'peak' ? 'at most' : 'main, at most'}</span>}
    </span>
  )
}

/** Seconds of difference between clocks above which times of a worker are doubtful. */
const doubtful = 5

export function Clock({ offset }: { offset: number | null | undefined }) {
  if (offset == null) return <Unknown why="No event with a time of its own came" />
  const text = Math.abs(offset) < 0.001 ? '0 s' : `${offset < 0 ? '−' : '+'}${duration(Math.abs(offset))}`
  return Math.abs(offset) < doubtful ? <>{text}</> : <span className="c-warning" title="Times of this worker are off by this much">{text}</span>
}
