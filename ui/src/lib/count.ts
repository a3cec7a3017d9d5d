export interface CountLike {
  kind: 'exact' | 'estimate' | 'at_least' | 'unknown'
  value?: number | null
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `12,431`; exact numbers always stand in full. */
export const whole = (value: number): string => grouped.format(value)

function rough(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} billion`
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} million`
  return whole(value)
}

/** `12,431`, `≈ 4.2 million`, `≥ 500,000`, or `—` for unknown: never 0 for what was not counted. */
export function countText(count: CountLike): string {
  if (count.kind === 'unknown' || count.value == null) return '—'
  if (count.kind === 'estimate') return `≈ ${rough(count.value)}`
  if (count.kind === 'at_least') return `≥ ${whole(count.value)}`
  return whole(count.value)
}

/** How sure a count is, as a sentence for the line below the answer. */
export function countNote(count: CountLike): string {
  if (count.kind === 'exact') return 'Exact count.'
  if (count.kind === 'estimate') return 'The number is an estimate.'
  if (count.kind === 'at_least') return `Counting stopped at ${whole(count.value ?? 0)}.`
  return 'They were not counted.'
}

/** `1 task`, `2 tasks`; the number is grouped. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${whole(n)} ${n === 1 ? one : many}`

/** `0.4 %`, `< 0.1 %`, `100 %`: one decimal, none at the ends. */
export function percent(share: number): string {
  const p = share * 100
  if (p === 0 || p === 100) return `${p} %`
  if (p < 0.1) return '< 0.1 %'
  return `${Math.min(99.9, Number(p.toFixed(1))).toFixed(1)} %`
}

const sizes = ['B', 'kB', 'MB', 'GB', 'TB'] as const

export function bytes(size: number): string {
  let value = size
  let step = 0
  while (value >= 1000 && step < sizes.length - 1) {
    value /= 1000
    step += 1
  }
  return `${step === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${sizes[step] ?? 'B'}`
}
