import { Columns3 } from 'lucide-react'

import { Menu, MenuCheck, MenuItem, MenuLabel, MenuLine } from '@/components/Menu'

import { columnChoices, defaultColumns } from './columns'

interface ColumnsMenuProps {
  chosen: readonly string[]
  onChoose: (columns: readonly string[] | null) => void
  onOpenChange: (open: boolean) => void
}

export function ColumnsMenu({ chosen, onChoose, onOpenChange }: ColumnsMenuProps) {
  const toggle = (id: string, on: boolean) => onChoose(columnChoices.map((c) => c.id).filter((c) => (c === id ? on : chosen.includes(c))))
  return (
    <Menu
      label="Columns"
      onOpenChange={onOpenChange}
      trigger={
        <button type="button" className="btn gh columns">
          <Columns3 className="i" />
          Columns
        </button>
      }
    >
      <MenuLabel>Shown as far as the window has room</MenuLabel>
      {columnChoices.map(({ id, title, fixed }) => (
        <MenuCheck key={id} checked={fixed || chosen.includes(id)} disabled={fixed} onChange={(on) => toggle(id, on)}>
          {title}
        </MenuCheck>
      ))}
      <MenuLine />
      <MenuItem disabled={chosen.join() === defaultColumns.join()} onSelect={() => onChoose(null)}>
        <span className="tick" />
        As at first
      </MenuItem>
    </Menu>
  )
}
