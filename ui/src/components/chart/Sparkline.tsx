import './chart.css'

interface SparklineProps {
  /** Oldest first; null where nobody looked. */
  values: readonly (number | null)[]
  /** In words, for who cannot see it; without it the numbers beside it must say as much. */
  label?: string
  kind?: 'plain' | 'warning' | 'critical'
  /** The upper end; the greatest value where it is not given. */
  top?: number
  width?: number
}

interface Run {
  line: string
  area: string
}

/** The lines of what is known, broken where it is not, in a box of 1000 x 100. */
export function runs(values: readonly (number | null)[], top: number): Run[] {
  const apart = values.length > 1 ? 1000 / (values.length - 1) : 1000
  const found: string[][] = []
  let isOpen = false
  values.forEach((value, index) => {
    if (value === null) {
      isOpen = false
      return
    }
    const at = `${(index * apart).toFixed(0)} ${(100 - (Math.min(value, top) / top) * 96).toFixed(1)}`
    if (isOpen) found.at(-1)?.push(at)
    else found.push([at])
    isOpen = true
  })
  return found.map((points) => {
    const line = `M${points.join('L')}${points.length === 1 ? 'h1' : ''}`
    const [first, last] = [points[0]?.split(' ')[0] ?? '0', points.at(-1)?.split(' ')[0] ?? '0']
    return { line, area: `${line}L${last} 100L${first} 100Z` }
  })
}

/** A history in the size of a word. Coloured only with a verdict. */
export function Sparkline({ values, label, kind = 'plain', top, width = 64 }: SparklineProps) {
  const most = top ?? Math.max(1e-9, ...values.map((value) => value ?? 0))
  return (
    <svg className={`spark ${kind}`} width={width} height={18} viewBox="0 0 1000 100" preserveAspectRatio="none" {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}>
      {runs(values, most).map(({ line, area }) => (
        <g key={line}>
          <path className="ar" d={area} />
          <path className="ln" d={line} />
        </g>
      ))}
    </svg>
  )
}
