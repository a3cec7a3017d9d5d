import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'

import { parseRepr } from '@/lib/repr'

import { Line, TaskName, Unknown } from './Text'
import { ValueTree } from './ValueTree'

const markup = '<img src=x onerror="alert(1)">'

describe('hostile text', () => {
  it('stays text wherever it is shown', () => {
    const value = parseRepr(`{'${markup.replaceAll('"', '')}': ['${markup}']}`)
    const { container } = render(
      <>
        <Line text={`${markup}\u202e`} />
        <TaskName name={markup} />
        {value && <ValueTree name="kwargs" value={value} />}
      </>,
    )
    expect(container.querySelector('img')).toBeNull()
    expect(container.textContent).toContain(markup)
    expect(container.textContent).not.toContain('\u202e')
  })

  it('is isolated from the text around it', () => {
    const { container } = render(<Line text="שלום" />)
    expect(container.querySelector('bdi')?.textContent).toBe('שלום')
  })
})

describe('Unknown', () => {
  it('is a dash with its reason', () => {
    render(<Unknown why="No heartbeat told it" />)
    expect(screen.getByTitle('No heartbeat told it').textContent).toContain('—')
  })
})
