/** A number with its unit, as language.md section 9 writes it; at most two of them make a duration. */
export interface Part {
  value: string
  unit: string
}

const steps = [
  { size: 86_400, unit: 'd' },
  { size: 3_600, unit: 'h' },
  { size: 60, unit: 'min' },
  { size: 1, unit: 's' },
] as const

function coarse(seconds: number): Part[] {
  const total = Math.round(seconds)
  const first = steps.findIndex(({ size }) => total >= size)
  const big = steps[first]
  if (!big) return [{ value: '0', unit: 's' }]
  const small = steps[first + 1]
  const head = { value: String(Math.floor(total / big.size)), unit: big.unit }
  if (!small) return [head]
  const unitsLeft = Math.floor((total % big.size) / small.size)
  return unitsLeft === 0 ? [head] : [head, { value: String(unitsLeft), unit: small.unit }]
}

/** `840 ms`, `2.1 s`, `28.4 s`, `3 min 12 s`, `2 h 14 min`, `3 d 4 h`. Negative counts as 0. */
export function durationParts(seconds: number): Part[] {
  const s = Math.max(0, seconds)
  if (s === 0) return [{ value: '0', unit: 's' }]
  if (s < 0.0005) return [{ value: '< 1', unit: 'ms' }]
  if (s < 0.9995) return [{ value: String(Math.max(1, Math.round(s * 1000))), unit: 'ms' }]
  if (s < 59.95) return [{ value: s.toFixed(1), unit: 's' }]
  return coarse(s)
}

/** Whole units only, for what counts on while one looks: `5 s`, `1 min 4 s`, `2 h 14 min`. */
export const elapsedParts = (seconds: number): Part[] => coarse(Math.max(0, seconds))

/** How long ago, in one or two units without seconds above a minute: `42 s`, `14 min`, `2 h 14 min`. */
export function ageParts(seconds: number): Part[] {
  const s = Math.max(0, seconds)
  if (s < 59.5) return [{ value: String(Math.round(s)), unit: 's' }]
  if (s < 3_600) return [{ value: String(Math.min(59, Math.round(s / 60))), unit: 'min' }]
  return coarse(s)
}

const join = (parts: Part[]): string => parts.map(({ value, unit }) => `${value} ${unit}`).join(' ')

export const duration = (seconds: number): string => join(durationParts(seconds))
export const elapsed = (seconds: number): string => join(elapsedParts(seconds))
/** How far something is behind, in one word that keeps its width: `0.3 s`, never less than `0.1 s`. */
export const shortLag = (seconds: number): string => (seconds < 0.05 ? '0.1 s' : seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds))
export const age = (seconds: number): string => join(ageParts(seconds))
