import { fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { describe, expect, it, vi } from 'vitest'

import type { Problem } from '@/api/types'

import { SearchBox } from './SearchBox'
import type { Known } from './suggestions'

const known: Known = { states: { FAILURE: 3 }, names: { items: [{ name: 'send_sms', total: 9, by_state: {} }], cut: false }, workers: undefined, queues: [], recent: ['runtime:>5s'] }

function Box({ start, problem = null }: { start: string; problem?: Problem | null }) {
  const [search, setSearch] = useState(start)
  return (
    <>
      <SearchBox search={search} problem={problem} known={known} onSearch={setSearch} />
      <output>{search}</output>
    </>
  )
}

const field = (): HTMLInputElement => screen.getByRole('combobox')
const search = (): string => screen.getByRole('status').textContent
const type = (text: string) => fireEvent.change(field(), { target: { value: text } })

describe('SearchBox', () => {
  it('shows conditions as chips and takes one out', () => {
    render(<Box start="state:failure name:send_sms limit" />)
    expect(field().value).toBe('limit')
    fireEvent.click(screen.getByRole('button', { name: 'Remove state:failure' }))
    expect(search()).toBe('name:send_sms limit')
  })

  it('completes with Tab', () => {
    render(<Box start="" />)
    fireEvent.focus(field())
    type('state:fai')
    fireEvent.keyDown(field(), { key: 'Tab' })
    expect(search()).toBe('state:failure')
    expect(field().value).toBe('')
  })

  it('leaves one step to go back, however long it was written', () => {
    vi.useFakeTimers()
    const onSearch = vi.fn()
    const given = { problem: null, known, onSearch }
    const { rerender } = render(<SearchBox search="" {...given} />)
    fireEvent.focus(field())
    type('name:send')
    vi.advanceTimersByTime(1000)
    rerender(<SearchBox search="name:send" {...given} />)
    fireEvent.keyDown(field(), { key: 'Tab' })
    expect(onSearch.mock.calls).toEqual([
      ['name:send', { replace: false }],
      ['name:send_sms', { replace: true }],
    ])
    vi.useRealTimers()
  })

  it('makes a chip of a condition after a space', () => {
    render(<Box start="" />)
    type('name:send_sms ')
    expect(screen.getByRole('button', { name: 'Remove name:send_sms' })).toBeTruthy()
    fireEvent.keyDown(field(), { key: 'Enter' })
    expect(search()).toBe('name:send_sms')
  })

  it('gives the last chip back with Backspace', () => {
    render(<Box start="state:failure" />)
    fireEvent.keyDown(field(), { key: 'Backspace' })
    expect(field().value).toBe('state:failure')
  })

  it('marks the wrong piece and says why', () => {
    render(<Box start="colour:red" problem={{ type: 'about:blank', title: '', status: 400, detail: 'There is no field colour', position: 0 }} />)
    expect(screen.getByRole('alert').textContent).toBe('There is no field colour.')
    expect(screen.getByText('red').closest('.tok')?.className).toContain('bad')
  })
})
