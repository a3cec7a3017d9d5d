import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import type { SelfReport } from '@/api/types'
import { selfReport } from '@/testing/mock-self'
import { World } from '@/testing/mock-world'

import { StoreFacts } from './Facts'
import { Gaps } from './Gaps'
import { Pipe } from './Pipe'

const health = new World('rich').health()
const report = (given: Partial<SelfReport> = {}): SelfReport => selfReport(health, given)
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

afterEach(cleanup)

describe('what the page claims', () => {
  it('is not that the link was never lost while it is', () => {
    const { rerender } = render(<Pipe report={report({ broker: { ...health.broker, state: 'connected', reconnects: 0 } })} />)
    expect(screen.getByRole('list').textContent).toContain('never disconnected')
    rerender(<Pipe report={report({ broker: { ...health.broker, state: 'reconnecting', reconnects: 0 } })} />)
    expect(screen.getByRole('list').textContent).toContain('not connected now')
    expect(screen.getByRole('list').textContent).not.toContain('never disconnected')
  })

  it('is not that nothing is stored while the store does not answer', () => {
    render(<StoreFacts report={report({ store: { ...health.store, state: 'failing', tasks: null, size_bytes: null } })} />)
    expect(screen.getAllByRole('definition')[1]?.textContent).toBe('— (unknown: The store does not answer)')
  })

  it('is no more time without a gap than Umbel has run', () => {
    const gaps = (startedAt: string) => <Gaps gaps={{ items: [], cut: false }} startedAt={startedAt} now={ago(0)} repair={undefined} error={null} onRetry={() => undefined} />
    const { rerender } = render(gaps(ago(300_000)))
    expect(screen.getByText(/None since Umbel started at/).textContent).toMatch(/\d: it ran and was connected all the time/)
    rerender(gaps(ago(30 * 3_600_000)))
    expect(screen.getByText(/^None: it ran and was connected all the time/)).toBeTruthy()
  })
})
