import { caps } from '@/lib/keymap'
import { setPreferences, usePreferences } from '@/lib/preferences'

interface ChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
  cap?: string | undefined
}

function Choice<T extends string>({ label, value, options, onChange, cap }: ChoiceProps<T>) {
  return (
    <div className="set">
      <span>
        {label} {cap && <kbd className="no-m">{cap}</kbd>}
      </span>
      <span className="seg" role="group" aria-label={label}>
        {options.map((option) => (
          <button key={option.value} type="button" aria-pressed={option.value === value} onClick={() => onChange(option.value)}>
            {option.label}
          </button>
        ))}
      </span>
    </div>
  )
}

const themes = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'system', label: 'As the system' },
] as const
const densities = [
  { value: 'compact', label: 'Compact' },
  { value: 'normal', label: 'Normal' },
  { value: 'roomy', label: 'Roomy' },
] as const
const zones = [
  { value: 'browser', label: 'Of this browser' },
  { value: 'utc', label: 'UTC' },
] as const
const switches = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
] as const

const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** What a reader chooses; it is kept in this browser. */
export function Look({ onKeys }: { onKeys: () => void }) {
  const { theme, density, utc, singleKeys } = usePreferences()
  return (
    <div className="panel sets">
      <Choice label="Theme" value={theme} options={themes} onChange={(value) => setPreferences({ theme: value })} cap={caps('theme')[0]} />
      <Choice label="Rows" value={density} options={densities} onChange={(value) => setPreferences({ density: value })} cap={caps('density')[0]} />
      <Choice label={`Times (${zoneName()})`} value={utc ? 'utc' : 'browser'} options={zones} onChange={(value) => setPreferences({ utc: value === 'utc' })} cap={caps('utc')[0]} />
      <Choice label="Single keys" value={singleKeys ? 'on' : 'off'} options={switches} onChange={(value) => setPreferences({ singleKeys: value === 'on' })} />
      <div className="set">
        <span className="mid">Single keys never act in a field, nor with Ctrl, Alt or Meta.</span>
        <button type="button" className="btn" onClick={onKeys}>
          All keys…
        </button>
      </div>
    </div>
  )
}
