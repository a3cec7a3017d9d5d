import type { TaskType, TaskTypeRow } from '@/api/attention'
import type { HealthKind } from '@/components/Glyph'
import { percent, plural, whole } from '@/lib/count'
import { duration } from '@/lib/duration'
import { splitName } from '@/lib/text'

interface Answer {
  kind: HealthKind
  title: string
  note: string
}

/** The answer of the list. `span` is as in `the last hour`. */
export function typesAnswer(rows: readonly TaskTypeRow[], span: string): Answer {
  const bad = rows.filter(({ success }) => success === 'critical' || success === 'warning').length
  const ran = rows.filter(({ ended }) => ended > 0).length
  const running = rows.reduce((sum, row) => sum + row.running, 0)
  const note = `${plural(ran, 'of them', 'of them')} ended tasks in ${span}, ${whole(running)} run now.`
  if (rows.length === 0) return { kind: 'unknown', title: 'No task type is known yet', note: 'Names come from what workers have registered, and from tasks that were seen.' }
  if (bad === 0) return { kind: 'healthy', title: `${plural(rows.length, 'task type')}, none fails more than it may`, note }
  return { kind: rows.some(({ success }) => success === 'critical') ? 'critical' : 'warning', title: `${whole(bad)} of ${plural(rows.length, 'task type')} ${bad === 1 ? 'fails' : 'fail'} too often`, note }
}

/** The answer of one task type: how many run now, and what is wrong with it. */
export function typeAnswer({ row, limits }: TaskType, span: string): Answer {
  const { running, waiting, failed, succeeded, run, success, avg } = row
  const judged = success === 'critical' || success === 'warning' ? success : avg
  const limit = limits.find(({ figure }) => figure === 'avg')
  const bound = avg === 'critical' ? limit?.critical : limit?.warning
  const fails = success === 'critical' || success === 'warning' ? `, fails ${percent(failed / Math.max(1, failed + succeeded))}` : ''
  const slow = avg === 'critical' || avg === 'warning' ? ', takes long' : ''
  const took = run.mean_s === null ? `None ended in ${span}.` : `${duration(run.mean_s)} on average in ${span}${slow && bound != null ? `; the limit is ${duration(bound)}` : ''}.`
  const outcome = failed + succeeded === 0 ? '' : failed === 0 ? ` None of ${whole(succeeded)} failed.` : ` ${whole(failed)} of ${whole(failed + succeeded)} failed, ${percent(failed / (failed + succeeded))}.`
  const now = running > 0 ? `${whole(running)} running` : waiting > 0 ? `${whole(waiting)} waiting` : 'none running'
  return { kind: judged === 'critical' || judged === 'warning' ? judged : judged === 'unknown' ? 'unknown' : 'healthy', title: `${splitName(row.name).last}: ${now}${fails}${slow}`, note: `${took}${outcome}` }
}

export interface Change {
  name: string
  before: string
  now: string
  /** `+12 %`, `2.1x`; null where one of both is not known. */
  change: string | null
  worse: boolean
}

function ratio(before: number | null, now: number | null): string | null {
  if (before === null || now === null || before === 0) return null
  const by = now / before
  if (by >= 2) return `${by.toFixed(1)} times`
  const points = Math.round((by - 1) * 100)
  return points === 0 ? 'as before' : `${points > 0 ? '+' : '−'}${Math.abs(points)} %`
}

const muchWorse = 1.25

/** Two spans beside each other. A quarter slower, or any point of success less, is worse. */
export function compare(now: TaskTypeRow, before: TaskTypeRow): Change[] {
  const time = (name: string, a: number | null, b: number | null): Change => ({ name, before: a === null ? '—' : duration(a), now: b === null ? '—' : duration(b), change: ratio(a, b), worse: a !== null && b !== null && b > a * muchWorse })
  const points = before.success_rate !== null && now.success_rate !== null ? (now.success_rate - before.success_rate) * 100 : null
  return [
    { name: 'Ended', before: whole(before.ended), now: whole(now.ended), change: ratio(before.ended, now.ended), worse: false },
    { name: 'Success rate', before: before.success_rate === null ? '—' : percent(before.success_rate), now: now.success_rate === null ? '—' : percent(now.success_rate), change: points === null ? null : Math.abs(points) < 0.05 ? 'as before' : `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)} points`, worse: points !== null && points <= -1 },
    { name: 'Failed', before: whole(before.failed), now: whole(now.failed), change: ratio(before.failed, now.failed), worse: false },
    { name: 'Retried', before: whole(before.retried), now: whole(now.retried), change: ratio(before.retried, now.retried), worse: false },
    time('Average run time', before.run.mean_s, now.run.mean_s),
    time('p95 run time', before.run.p95_s, now.run.p95_s),
    time('p95 wait time', before.wait.p95_s, now.wait.p95_s),
  ]
}
