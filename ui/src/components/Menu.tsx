import * as Radix from '@radix-ui/react-dropdown-menu'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

interface MenuProps {
  trigger: ReactNode
  label: string
  onOpenChange?: (open: boolean) => void
  children: ReactNode
}

/** A menu at a button. Not modal: the page keeps its scroll bar, and no style is written into it. */
export function Menu({ trigger, label, onOpenChange, children }: MenuProps) {
  return (
    <Radix.Root modal={false} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align="end" sideOffset={6} collisionPadding={12} aria-label={label}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export const MenuLabel = ({ children }: { children: ReactNode }) => <Radix.Label className="ml">{children}</Radix.Label>

export const MenuLine = () => <Radix.Separator className="ms" />

export function MenuItem({ onSelect, disabled = false, children }: { onSelect: () => void; disabled?: boolean; children: ReactNode }) {
  return (
    <Radix.Item className="mi" disabled={disabled} onSelect={onSelect}>
      {children}
    </Radix.Item>
  )
}

interface CheckProps {
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
  children: ReactNode
}

/** A switch in a menu; the menu stays open, so that several can be set. */
export function MenuCheck({ checked, onChange, disabled = false, children }: CheckProps) {
  return (
    <Radix.CheckboxItem className="mi" checked={checked} disabled={disabled} onCheckedChange={onChange} onSelect={(event) => event.preventDefault()}>
      <Tick />
      {children}
    </Radix.CheckboxItem>
  )
}

interface ChoiceProps<T extends string> {
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
}

/** One of a few in a menu. */
export function MenuChoice<T extends string>({ value, options, onChange }: ChoiceProps<T>) {
  return (
    <Radix.RadioGroup value={value}>
      {options.map((option) => (
        <Radix.RadioItem
          key={option.value}
          className="mi"
          value={option.value}
          onSelect={(event) => {
            event.preventDefault()
            onChange(option.value)
          }}
        >
          <Tick />
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

const Tick = () => (
  <span className="tick">
    <Radix.ItemIndicator>
      <Check className="i s" />
    </Radix.ItemIndicator>
  </span>
)
