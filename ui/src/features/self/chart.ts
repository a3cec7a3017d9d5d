/** The upper end of an axis for values up to `most`: a round number whose half is round as well. */
export function axisTop(most: number): number {
  if (most <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  return power * ([1, 2, 3, 4, 6, 8, 10].find((step) => most <= step * power) ?? 10)
}

/** A stepped line in a box of 1000 x 100, one value a step, newest right; it breaks where nothing was measured. */
export function steps(values: readonly (number | null)[], top: number, slots: number): string {
  const width = 1000 / slots
  const first = slots - values.length
  let path = ''
  let isOpen = false
  values.forEach((value, index) => {
    if (value === null) {
      isOpen = false
      return
    }
    const x = (first + index) * width
    const y = 100 - (Math.min(value, top) / top) * 100
    path += `${isOpen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}H${(x + width).toFixed(1)}`
    isOpen = true
  })
  return path
}
