import type { TaskTypeRow } from '@/api/attention'
import { Section } from '@/components/Page'
import { Glyph } from '@/components/Glyph'

import { compare } from './words'

export const shifts = [
  { value: 'before', label: 'the span before' },
  { value: 'day', label: 'a day earlier' },
  { value: 'week', label: 'a week earlier' },
] as const

export type Shift = (typeof shifts)[number]['value']

interface ComparedProps {
  now: TaskTypeRow
  before: TaskTypeRow | undefined
  shift: Shift
  onShift: (shift: Shift) => void
}

/** The span that is shown beside an earlier one of the same length. */
export function Compared({ now, before, shift, onShift }: ComparedProps) {
  return (
    <Section
      title="Against before"
      end={
        <span className="seg" role="group" aria-label="What to compare with">
          {shifts.map(({ value, label }) => (
            <button key={value} type="button" aria-pressed={value === shift} onClick={() => onShift(value)}>
              {label}
            </button>
          ))}
        </span>
      }
    >
      <div className="panel tw">
        <table className="cmp">
          <thead>
            <tr>
              <th>Figure</th>
              <th className="num">Before</th>
              <th className="num">Now</th>
              <th className="num">Change</th>
            </tr>
          </thead>
          <tbody>
            {(before ? compare(now, before) : []).map(({ name, before: was, now: is, change, worse }) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="num mid">{was}</td>
                <td className="num">{is}</td>
                <td className={worse ? 'num c-warning fw5' : 'num mid'}>
                  {worse && <Glyph kind="warning" />} {change ?? <span className="dim">—</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {!before && <p className="dim panel-b">Nothing is known of that time yet.</p>}
      </div>
    </Section>
  )
}
