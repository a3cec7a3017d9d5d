import { rateS, type Feed } from '@/api/monitor'
import { plural, whole } from '@/lib/count'
import { shortLag } from '@/lib/duration'

export const kinds = ['succeeded', 'failed', 'retried', 'started', 'received', 'sent', 'revoked', 'worker'] as const

export type Kind = (typeof kinds)[number]

/** Rarer kinds are shown with the one that they are next to. */
export const kindOf = (kind: string): Kind => {
  if ((kinds as readonly string[]).includes(kind)) return kind as Kind // just checked
  if (kind === 'rejected' || kind === 'cancelled') return 'revoked'
  return kind === 'learnt' ? 'failed' : 'started'
}

export interface Rates {
  /** Events a second of all kinds, heartbeats included. */
  events: number
  perSecond: Record<Kind, number>
  inMinute: Record<Kind, number>
  /** Of each kind, in steps of two seconds, oldest first. */
  history: Record<Kind, number[]>
  /** What share of the lines is shown: 1 where all are. */
  share: number
}

const steps = rateS / 2
const zeros = (): Record<Kind, number> => Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number> // of all kinds

/** What came in the last minute. Where only a sample was told, counts are scaled to the whole. */
export function ratesOf({ seconds, since }: Feed, now: number): Rates {
  const span = Math.max(1, Math.min(rateS, since === null ? rateS : (now - since) / 1000))
  const inMinute = zeros()
  const history = Object.fromEntries(kinds.map((kind) => [kind, Array.from({ length: steps }, () => 0)])) as Record<Kind, number[]> // of all kinds
  let events = 0
  let lookedAt = 0
  for (const second of seconds) {
    if (now - second.at > rateS * 1000) continue
    events += second.events
    lookedAt += second.lookedAt
    const scale = second.lookedAt > 0 ? second.events / second.lookedAt : 1
    const step = steps - 1 - Math.floor((now - second.at) / 2000)
    for (const [name, n] of Object.entries(second.byKind)) {
      const kind = kindOf(name)
      inMinute[kind] += n * scale
      const line = history[kind]
      if (step >= 0 && step < steps) line[step] = (line[step] ?? 0) + n * scale
    }
  }
  const perSecond = Object.fromEntries(kinds.map((kind) => [kind, inMinute[kind] / span])) as Record<Kind, number> // of all kinds
  return { events: events / span, perSecond, inMinute, history, share: events === 0 ? 1 : lookedAt / events }
}

/** `6.8`, `0.1`, `1,204`: a rate without its unit. */
export const rateText = (perSecond: number): string => (perSecond === 0 ? '0' : perSecond < 0.05 ? '< 0.1' : perSecond < 100 ? perSecond.toFixed(1) : whole(Math.round(perSecond)))

/** The page's answer: how much comes, how far behind, and how much of it is shown. */
export function monitorAnswer(feed: Feed, rates: Rates, lagS: number | null, isFiltered: boolean): { title: string; note: string } {
  if (feed.since === null) return { title: 'Waiting for the first event', note: 'Lines appear as workers say them.' }
  const rate = rates.events < 0.05 ? 'Nothing is said now' : `${rates.events < 10 ? rates.events.toFixed(1) : whole(Math.round(rates.events))} events a second`
  const title = lagS === null ? rate : `${rate}, ${shortLag(lagS)} behind`
  const shown = feed.sampled ? `1 of ${whole(Math.max(2, Math.round(1 / Math.max(0.001, rates.share))))} lines is shown; the counts are of all.` : isFiltered ? 'Every event of a task that matches is shown.' : 'Every event is shown.'
  const ended = [`${whole(Math.round(rates.inMinute.succeeded))} succeeded`, `${whole(Math.round(rates.inMinute.failed))} failed`, ...(rates.inMinute.retried >= 1 ? [plural(Math.round(rates.inMinute.retried), 'retry', 'retries')] : [])]
  return { title, note: `${shown} In the last minute: ${ended.join(', ')}.` }
}
