import type { Beat, ExpectedRun, RunMark, ScheduleEntry, Schedules } from '@/api/schedules'
import type { HealthKind } from '@/components/Glyph'
import { plural, whole } from '@/lib/count'

type Look = 'ok' | 'run' | 'late' | 'fail' | 'miss' | 'wait' | 'lost' | 'twice' | 'none'

interface VerdictLook {
  word: string
  /** The slot of a strip; its height and its form tell it apart without its colour. */
  slot: Look
  trouble: HealthKind | null
}

const looks: Record<string, VerdictLook> = {
  waiting: { word: 'due', slot: 'none', trouble: null },
  running: { word: 'running', slot: 'run', trouble: null },
  on_time: { word: 'on time', slot: 'ok', trouble: null },
  late: { word: 'late', slot: 'late', trouble: null },
  missed: { word: 'missed', slot: 'miss', trouble: 'critical' },
  not_picked_up: { word: 'not picked up', slot: 'wait', trouble: 'warning' },
  too_long: { word: 'too long', slot: 'late', trouble: 'warning' },
  failed: { word: 'failed', slot: 'fail', trouble: 'warning' },
  expired: { word: 'expired unrun', slot: 'miss', trouble: 'warning' },
  duplicate: { word: 'sent twice', slot: 'twice', trouble: 'warning' },
  unknown: { word: 'not seen', slot: 'lost', trouble: null },
}

const plain: VerdictLook = { word: '', slot: 'none', trouble: null }

export const look = (verdict: string): VerdictLook => looks[verdict] ?? { ...plain, word: verdict }

/** `7 not picked up`, `on time`; what never ran has no verdict. */
export function standing(entry: Pick<ScheduleEntry, 'verdict' | 'verdict_runs'>): string {
  const { word, trouble } = look(entry.verdict)
  if (entry.verdict === 'waiting') return 'not due yet'
  return trouble && entry.verdict_runs > 1 ? `${whole(entry.verdict_runs)} ${word}` : word
}

/** Why an entry has no next run. */
export function whyIdle(entry: ScheduleEntry): string {
  if (entry.archived_at) return 'no source has it any more'
  if (entry.error) return 'its expression is wrong'
  if (!entry.enabled) return 'paused'
  if (entry.one_off) return 'it ran, once'
  return 'nothing is to come'
}

const count = (runs: readonly RunMark[], slots: readonly Look[]): number => runs.filter(({ verdict }) => slots.includes(look(verdict).slot)).length

/** A strip as a sentence, for those who do not see it. */
export function stripWords(runs: readonly RunMark[]): string {
  if (runs.length === 0) return 'No run was due yet'
  const said = [...new Set(runs.map(({ verdict }) => verdict))].map((verdict) => `${runs.filter((run) => run.verdict === verdict).length} ${look(verdict).word}`)
  return `The last ${plural(runs.length, 'expected run')}: ${said.join(', ')}`
}

/** How many of these runs happened. */
export const ran = (runs: readonly RunMark[]): number => count(runs, ['ok', 'run', 'late', 'fail', 'twice'])

interface PageAnswer {
  kind: HealthKind | null
  title: string
  short: string | null
  note: string
}

const notHappened = ['missed', 'not_picked_up', 'expired'] as const

const said: Record<string, (n: number) => string> = {
  missed: (n) => `${whole(n)} ${n === 1 ? 'was' : 'were'} never sent`,
  not_picked_up: (n) => `${whole(n)} ${n === 1 ? 'was' : 'were'} sent and not picked up`,
  expired: (n) => `${whole(n)} expired before a worker was free`,
  failed: (n) => `${whole(n)} failed`,
  too_long: (n) => `${whole(n)} ran too long`,
  duplicate: (n) => `${whole(n)} ${n === 1 ? 'was' : 'were'} sent by more than one beat`,
}

/** The answer of the page: what did not happen today, else that all is on time; and how sure. */
export function schedulesAnswer({ troubles, summary }: Pick<Schedules, 'troubles' | 'summary'>): PageAnswer {
  const { beat, counts } = summary
  const lost = notHappened.reduce((sum, verdict) => sum + (troubles[verdict] ?? 0), 0)
  const parts = Object.entries(said).flatMap(([verdict, words]) => ((troubles[verdict] ?? 0) > 0 ? [words(troubles[verdict] ?? 0)] : []))
  const others = counts.active - counts.in_trouble
  const rest = counts.in_trouble > 0 && others > 0 ? `The other ${plural(others, 'entry', 'entries')} ${others === 1 ? 'is' : 'are'} well.` : ''
  const note = [parts.length > 0 ? `${list(parts)}.` : '', beatWords(beat), rest].filter(Boolean).join(' ')
  if (beat.state === 'silent') return { kind: 'critical', title: 'Beat is not sending', short: '!', note: [`${capital(beat.text)}.`, parts.length > 0 ? `Today ${list(parts)}.` : ''].filter(Boolean).join(' ') }
  if (lost > 0) return { kind: 'warning', title: `${plural(lost, 'scheduled run')} did not happen today`, short: whole(lost), note }
  if (beat.at_once) return { kind: 'warning', title: 'More than one beat sends the same tasks', short: '!', note }
  const bad = (troubles.failed ?? 0) + (troubles.too_long ?? 0)
  if (bad > 0) return { kind: 'warning', title: `Every scheduled run was sent; ${bad === 1 ? 'one' : whole(bad)} went wrong`, short: whole(bad), note }
  if (counts.active === 0) return { kind: null, title: 'Nothing is scheduled', short: null, note: beatWords(beat) }
  if (beat.state === 'unknown') return { kind: 'unknown', title: `${plural(counts.active, 'entry', 'entries')}, of which nothing is known yet`, short: null, note: `${capital(beat.text)}.` }
  return { kind: 'healthy', title: `${counts.active === 1 ? 'The one entry is' : `All ${whole(counts.active)} entries are`} on time`, short: null, note }
}

function beatWords(beat: Beat): string {
  if (beat.state === 'none') return ''
  const skew = beat.skew_s === null || Math.abs(beat.skew_s) < 1 ? '' : ` Its clock is ${whole(Math.round(Math.abs(beat.skew_s)))} s ${beat.skew_s > 0 ? 'behind' : 'ahead'}.`
  return `${capital(beat.text)}.${skew}`
}

const list = (parts: readonly string[]): string => (parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1] ?? ''}`)

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const kinds: Record<string, string> = {
  agent: 'the agent in beat',
  django: 'django-celery-beat',
  redbeat: 'RedBeat',
  shelve: "beat's file",
  app: "the app's beat_schedule",
  conf: "a worker's configuration",
  learnt: 'learnt from what came',
}

export const sourceWord = (kind: string): string => kinds[kind] ?? kind

/** What a run that did not go well means, for the entry's own page. */
export function runWords(run: ExpectedRun): string {
  if (run.reason) return run.reason
  if (run.verdict === 'waiting') return 'it is not known yet what becomes of it'
  return run.others.length > 0 ? `sent ${run.others.length + 1} times` : ''
}

/** Midnight of the reader's day, in UTC: kept for the whole day, so that the question stays the same. */
export function startOfDay(now: number, utc: boolean): string {
  const date = new Date(now)
  if (utc) date.setUTCHours(0, 0, 0, 0)
  else date.setHours(0, 0, 0, 0)
  return date.toISOString()
}

/** The place of an instant between two others, in percent. */
export const place = (at: string, since: string, until: string): number => ((Date.parse(at) - Date.parse(since)) / (Date.parse(until) - Date.parse(since))) * 100
