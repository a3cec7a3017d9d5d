import { axisTop, steps } from './chart'

interface Curve {
  name: string
  values: readonly (number | null)[]
  look: 'ink' | 'accent' | 'dashed'
}

interface ChartProps {
  /** The whole of it in a sentence, for who cannot see it. */
  label: string
  curves: readonly Curve[]
  slots: number
  minutes: number
  write: (value: number) => string
}

/** The last minutes as stepped lines: one step one bucket, never smoothed; nothing is drawn where nothing was measured. */
export function Chart({ label, curves, slots, minutes, write }: ChartProps) {
  const known = curves.flatMap(({ values }) => values).filter((value): value is number => value !== null)
  const top = axisTop(Math.max(0, ...known))
  return (
    <div className="chart" role="img" aria-label={label}>
      <div className="y">
        <span style={{ bottom: '0%' }}>0</span>
        <span style={{ bottom: '50%' }}>{write(top / 2)}</span>
        <span style={{ bottom: '100%' }}>{write(top)}</span>
      </div>
      <div className="plot">
        <svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
          <path className="grid-l" d="M0 0H1000M0 50H1000M0 100H1000" />
          {curves.map(({ name, values, look }) => (
            <path key={name} className={look} d={steps(values, top, slots)} />
          ))}
        </svg>
        {known.length === 0 && <p className="none dim sm">Nothing was measured in these {minutes} minutes.</p>}
      </div>
      <div className="x">
        <span>{minutes} min ago</span>
        <span>now</span>
      </div>
    </div>
  )
}
