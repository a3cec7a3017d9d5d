import { SunMoon } from 'lucide-react'

import { Menu, MenuCheck, MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/components/Menu'
import { setPreferences, usePreferences } from '@/lib/preferences'

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

/** How the page looks in this browser. */
export function DisplayMenu({ onKeys }: { onKeys: () => void }) {
  const { theme, density, utc, singleKeys } = usePreferences()
  return (
    <Menu
      label="Display"
      trigger={
        <button type="button" className="btn ico gh" aria-label="Display" title="Display">
          <SunMoon className="i" />
        </button>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice value={theme} options={themes} onChange={(value) => setPreferences({ theme: value })} />
      <MenuLine />
      <MenuLabel>Rows</MenuLabel>
      <MenuChoice value={density} options={densities} onChange={(value) => setPreferences({ density: value })} />
      <MenuLine />
      <MenuCheck checked={utc} onChange={(on) => setPreferences({ utc: on })}>
        Times in UTC
      </MenuCheck>
      <MenuCheck checked={singleKeys} onChange={(on) => setPreferences({ singleKeys: on })}>
        Single keys
      </MenuCheck>
      <MenuItem onSelect={onKeys}>
        <span className="tick" />
        All keys…
        <span className="end">
          <kbd>?</kbd>
        </span>
      </MenuItem>
    </Menu>
  )
}
