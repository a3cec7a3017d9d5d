const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

/** Which digits of the clock are worth showing: `minute` for sentences, `ms` where order matters. */
export type Precision = 'minute' | 'second' | 'ms'

interface Fields {
  year: number
  month: number
  day: number
  weekday: number
  hour: number
  minute: number
  second: number
  ms: number
}

const two = (n: number): string => String(n).padStart(2, '0')
const three = (n: number): string => String(n).padStart(3, '0')

function fields(date: Date, utc: boolean): Fields {
  return utc
    ? { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), weekday: date.getUTCDay(), hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(), ms: date.getUTCMilliseconds() }
    : { year: date.getFullYear(), month: date.getMonth(), day: date.getDate(), weekday: date.getDay(), hour: date.getHours(), minute: date.getMinutes(), second: date.getSeconds(), ms: date.getMilliseconds() }
}

function clock(f: Fields, precision: Precision): string {
  const minute = `${two(f.hour)}:${two(f.minute)}`
  if (precision === 'minute') return minute
  return precision === 'second' ? `${minute}:${two(f.second)}` : `${minute}:${two(f.second)}.${three(f.ms)}`
}

/** The day as far as it must be said: nothing today, `Tue` within six days, `12 Nov` this year, else `3 Sep 2023`. */
function day(f: Fields, today: Fields): string {
  const at = Date.UTC(f.year, f.month, f.day)
  const apart = Math.round((Date.UTC(today.year, today.month, today.day) - at) / 86_400_000)
  if (apart === 0) return ''
  if (Math.abs(apart) < 7 && apart > 0) return days[f.weekday] ?? ''
  const date = `${f.day} ${months[f.month] ?? ''}`
  return f.year === today.year ? date : `${date} ${f.year}`
}

/** `14:05`, or `14:05:30`. */
export const clockOf = (date: Date, utc: boolean, precision: Precision = 'minute'): string => clock(fields(date, utc), precision)

/** `12 Nov`. */
export function dayOf(date: Date, utc: boolean): string {
  const f = fields(date, utc)
  return `${f.day} ${months[f.month] ?? ''}`
}

export interface InstantOptions {
  utc: boolean
  now: number
  precision?: Precision
}

/** `18:00`, `18:00:24`, `Tue 18:00`, `12 Nov 18:00`, `3 Sep 2023 18:00`; with `utc` each says ` UTC`. */
export function instant(iso: string, { utc, now, precision = 'minute' }: InstantOptions): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return '—'
  const f = fields(date, utc)
  const label = day(f, fields(new Date(now), utc))
  return `${label}${label ? ' ' : ''}${clock(f, precision)}${utc ? ' UTC' : ''}`
}

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const sign = minutes < 0 ? '−' : '+'
  return `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

/** The exact instant with its zone, for the hover: `2025-11-21 18:00:24.318 +01:00`. */
export function exact(iso: string, utc: boolean): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const f = fields(date, utc)
  return `${f.year}-${two(f.month + 1)}-${two(f.day)} ${clock(f, 'ms')} ${utc ? 'UTC' : zone(date)}`
}

/** Seconds between two instants; null where one is not known. */
export function between(from: string | null | undefined, to: string | null | undefined): number | null {
  if (!from || !to) return null
  const s = (Date.parse(to) - Date.parse(from)) / 1000
  return Number.isNaN(s) ? null : s
}
