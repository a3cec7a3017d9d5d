import type { FailureGroup, Failures } from '@/api/types'
import type { HealthKind } from '@/components/Glyph'
import { percent, plural, whole } from '@/lib/count'
import { oneLine } from '@/lib/text'

/** `1 h`, `3 h`, `24 h`, `3 d`, `7 d`. */
export const windowName = (seconds: number): string => (seconds <= 86_400 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`)

/** The class and the message as one title: `ApiError: order <n> is closed`. */
export const groupTitle = ({ type, message }: FailureGroup): string => oneLine([type, message].filter(Boolean).join(': ') || 'Failures without an exception', 240)

/** How far a count stands above what is usual, in steps: 0 as usual, 4 four times as much. Without a usual rate any count is some. */
export function heat(count: number, usualPerHour: number | null, seconds: number): 0 | 1 | 2 | 3 | 4 {
  if (count === 0) return 0
  if (usualPerHour === null) return 2
  const usual = (usualPerHour * seconds) / 3_600
  if (count < 3 && usual > 0) return 0
  const times = usual === 0 ? Infinity : count / usual
  return times >= 4 ? 4 : times >= 2.5 ? 3 : times >= 1.7 ? 2 : times >= 1.3 ? 1 : 0
}

/** `1.4 × usual`, `as usual`; null where what is usual is not known yet. */
export function againstUsual({ usual_per_hour: usual, counts }: FailureGroup): string | null {
  if (usual === null) return null
  const lately = counts[0] ?? 0
  if (usual === 0) return lately === 0 ? 'as usual' : 'usually none'
  const times = lately / usual
  if (times < 1.3) return times < 0.5 && usual >= 2 ? 'less than usual' : 'as usual'
  return lately < 3 ? 'as usual' : `${times < 10 ? times.toFixed(1) : whole(Math.round(times))} × usual`
}

export interface FailuresAnswer {
  kind: HealthKind | null
  title: string
  note: string
  /** For the window's title: how many need a look. */
  urgent: number
}

const urgentWords = { regressed: ['is back', 'are back'], surging: ['surges', 'surge'], new: ['is new', 'are new'] } as const

function besides(items: readonly FailureGroup[]): string[] {
  return (['regressed', 'surging', 'new'] as const).flatMap((trend) => {
    const n = items.filter((group) => group.trend === trend).length
    return n === 0 ? [] : [`${n === 1 ? 'one group' : plural(n, 'group')} ${urgentWords[trend][n === 1 ? 0 : 1]}`]
  })
}

/** The page's answer: how much failed in the last hour, and what of it is out of the ordinary. */
export function failuresAnswer({ items, totals, ended_in_hour: ended }: Failures, open: Failures | undefined): FailuresAnswer {
  const groups = open?.items ?? items
  const lately = totals[0] ?? 0
  const said = besides(groups)
  const most = groups.length > 1 ? [...groups].sort((a, b) => (b.counts[0] ?? 0) - (a.counts[0] ?? 0))[0] : undefined
  const share = most && lately > 0 ? (most.counts[0] ?? 0) / lately : 0
  const ordinary = said.length === 0
  const title = lately === 0 ? 'No failure in the last hour' : `${plural(lately, 'failure')} in the last hour`
  const rate = ended > 0 && lately > 0 ? `${percent(lately / Math.max(ended, lately))} of the ${whole(ended)} tasks that ended failed.` : ''
  const mostly = most && share >= 0.25 ? `${percent(share)} of the failures are ${groupTitle(most)}.` : ''
  return {
    kind: ordinary ? null : groups.some(({ trend }) => trend === 'surging' || trend === 'regressed') ? 'critical' : 'warning',
    title: ordinary ? title : `${title}; ${said.join(', ')}`,
    note: [rate, mostly].filter(Boolean).join(' ') || (groups.length === 0 ? 'No group is open.' : ordinary ? 'All groups run as usual.' : ''),
    urgent: groups.filter(({ trend }) => trend === 'surging' || trend === 'regressed').length,
  }
}
