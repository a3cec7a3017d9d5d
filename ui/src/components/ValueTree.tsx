import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState, type ReactNode } from 'react'

import type { Value } from '@/lib/repr'
import { harmless } from '@/lib/text'

const firstItems = 50
const firstChars = 400

function Text({ text, quote, prefix = '' }: { text: string; quote: string; prefix?: string }) {
  const [all, setAll] = useState(false)
  const long = text.length > firstChars && !all
  return (
    <span className="s">
      <bdi>
        {prefix}
        {quote}
        {harmless(long ? text.slice(0, firstChars) : text)}
        {long ? '…' : quote}
      </bdi>
      {long && (
        <button type="button" className="link more" onClick={() => setAll(true)}>
          all {text.length.toLocaleString('en-US')} characters
        </button>
      )}
    </span>
  )
}

function Leaf({ value }: { value: Value }) {
  switch (value.kind) {
    case 'string':
      return <Text text={value.text} quote={'"'} prefix={value.bytes ? 'b' : ''} />
    case 'atom':
      return <span className="nn">{value.text}</span>
    case 'gap':
      return <span className="p">… cut here</span>
    case 'opaque':
      return <Text text={value.text} quote="" />
    default:
      return <span className="p">{summary(value)}</span>
  }
}

const count = (n: number, one: string): string => (n === 0 ? 'empty' : n === 1 ? `1 ${one}` : `${n} ${one}s`)

function summary(value: Value): string {
  if (value.kind === 'dict') return count(value.entries.length, 'key')
  if (value.kind === 'list') return `${value.open}${count(value.items.length, 'item')}${value.close}`
  if (value.kind === 'call') return `${value.name}(…)`
  return ''
}

interface Child {
  name: string | null
  value: Value
}

const keyText = (value: Value): string => (value.kind === 'string' || value.kind === 'atom' || value.kind === 'opaque' ? value.text : value.kind === 'gap' ? '…' : summary(value))

function children(value: Value): Child[] {
  if (value.kind === 'dict') return value.entries.map(([key, v]) => ({ name: keyText(key), value: v }))
  if (value.kind === 'list') return value.items.map((v, index) => ({ name: value.open === '{' ? null : String(index), value: v }))
  if (value.kind === 'call') return [...value.items.map((v, index) => ({ name: String(index), value: v })), ...value.entries.map(([name, v]) => ({ name, value: v }))]
  return []
}

function Node({ name, value, depth }: Child & { depth: number }) {
  const inside = children(value)
  const [open, setOpen] = useState(depth === 0 || (depth < 2 && inside.length <= 12))
  const [all, setAll] = useState(false)
  const label = name === null ? null : <span className="k"><bdi>{harmless(name.slice(0, 200))}</bdi></span>
  if (inside.length === 0) {
    return (
      <li>
        <div className="leaf">
          {label}
          <Leaf value={value} />
        </div>
      </li>
    )
  }
  const shown = all ? inside : inside.slice(0, firstItems)
  return (
    <li>
      <button type="button" className="twig" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <ChevronDown className="i" /> : <ChevronRight className="i" />}
        {label}
        <span className="p">{summary(value)}</span>
      </button>
      {open && (
        <ul>
          {shown.map((child, index) => (
            <Node key={index} {...child} depth={depth + 1} />
          ))}
          {shown.length < inside.length && (
            <li>
              <button type="button" className="link more" onClick={() => setAll(true)}>
                {inside.length - shown.length} more
              </button>
            </li>
          )}
        </ul>
      )}
    </li>
  )
}

/** A Python value as a tree that opens and closes; nothing in it can be more than text. */
export function ValueTree({ name, value }: { name: string | null; value: Value }): ReactNode {
  return (
    <ul className="tree">
      <Node name={name} value={value} depth={0} />
    </ul>
  )
}

