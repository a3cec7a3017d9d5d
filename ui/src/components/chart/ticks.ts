import { clockOf, dayOf } from '@/lib/instant'

const day = 86_400

/** What stands under a tick: the time of the day, and the day where it begins or where ticks are days apart. */
export function timeTick(second: number, apartS: number, utc: boolean): string {
  const date = new Date(second * 1000)
  const clock = clockOf(date, utc)
  return apartS >= day || clock === '00:00' ? dayOf(date, utc) : clock
}

/** When a bucket is: `14:05`, `12 Nov 14:00` where that is long ago, `12 Nov` for whole days. */
export function bucketTime(second: number, stepS: number, utc: boolean, now: number): string {
  const date = new Date(second * 1000)
  if (stepS >= day) return dayOf(date, utc)
  const clock = clockOf(date, utc, stepS < 60 ? 'second' : 'minute')
  return now / 1000 - second < day / 2 ? clock : `${dayOf(date, utc)} ${clock}`
}

/** `min`, `5 min`, `6 h`, `day`: what a bucket is, for `tasks per ...`. */
export function stepName(stepS: number): string {
  if (stepS % 604_800 === 0) return stepS === 604_800 ? 'week' : `${stepS / 604_800} weeks`
  if (stepS % day === 0) return stepS === day ? 'day' : `${stepS / day} days`
  if (stepS % 3_600 === 0) return stepS === 3_600 ? 'hour' : `${stepS / 3_600} h`
  return stepS === 60 ? 'minute' : stepS < 60 ? `${stepS} s` : `${stepS / 60} min`
}
