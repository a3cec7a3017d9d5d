import type { WorkerDetail } from '@/api/workers'
import type { HealthKind } from '@/components/Glyph'
import { bytes, plural, whole } from '@/lib/count'
import { oneLine, sentenceOf } from '@/lib/text'

export interface WorkerAnswer {
  kind: HealthKind | null
  title: string
  note: string
  short: string
}

const words = { online: 'is online', busy: 'is busy', silent: 'is silent', offline: 'is offline', unknown: 'is known from events only' } as const

function more({ worker, orphaned }: WorkerDetail): string {
  if (worker.state === 'offline') return orphaned > 0 ? `; ${plural(orphaned, 'task')} that it ran ${orphaned === 1 ? 'has' : 'have'} no end` : ''
  if (worker.memory_health === 'critical' || worker.memory_health === 'warning') return `; it has ${bytes(worker.memory_bytes ?? 0)} of memory`
  if (worker.cpu_health === 'critical' || worker.cpu_health === 'warning') return `; it takes ${Math.round((worker.cpu ?? 0) * 100)} % of the CPU`
  if (worker.active !== null && worker.slots !== null && worker.state === 'online') return worker.active >= worker.slots && worker.slots > 0 ? `; all ${whole(worker.slots)} slots are busy` : ''
  return ''
}

function note(detail: WorkerDetail): string {
  const { worker, expected } = detail
  const runs = worker.state === 'offline' || worker.active === null ? '' : ` It runs ${worker.slots === null ? plural(worker.active, 'task') : `${whole(worker.active)} of at most ${plural(worker.slots, 'task')}`}.`
  const lacking = expected.some((one) => one.online < one.wanted) && worker.state === 'offline' ? ' The settings expect it.' : ''
  return sentenceOf(oneLine(worker.reason, 300)) + runs + lacking
}

/** The page's answer: whether it lives, and the worst of what is judged. */
export function workerAnswer(detail: WorkerDetail): WorkerAnswer {
  const { worker } = detail
  const judged = [worker.cpu_health, worker.memory_health]
  const kind = worker.state === 'offline' || judged.includes('critical') ? 'critical' : worker.state === 'silent' || judged.includes('warning') ? 'warning' : worker.state === 'unknown' ? 'unknown' : null
  return { kind, title: `${oneLine(worker.name, 120)} ${words[worker.state]}${more(detail)}`, note: note(detail), short: worker.state === 'offline' ? 'offline' : worker.state === 'silent' ? 'silent' : '' }
}
