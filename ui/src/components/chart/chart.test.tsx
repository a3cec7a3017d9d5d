import { fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'

import { point } from './cursor'
import { placed } from './Overlay'
import { atTheirRate, axisTop, bucketAt, logBounds, logTicks, stacked } from './scale'
import { runs } from './Sparkline'
import { stepName, timeTick } from './ticks'
import { TimeChart } from './TimeChart'
import type { Curve, TimeAxis } from './types'

const at = Date.parse('2026-11-21T12:00:00Z') / 1000
const axis: TimeAxis = { starts: [at, at + 60, at + 120, at + 180], stepS: 60, since: at, until: at + 210 }
const curves: Curve[] = [
  { name: 'Failed', look: 'failed', values: [0, 1, null, 2] },
  { name: 'Succeeded', look: 'succeeded', values: [5, 7, null, 9] },
]

describe('the scales', () => {
  it.each([[0, 1], [0.25, 0.3], [1, 1], [1.1, 2], [23, 30], [49, 60], [212, 300], [7, 8], [9.1, 10]])('end an axis for %s at %s', (most, top) => {
    expect(axisTop(most)).toBeCloseTo(top)
  })

  it.each([
    [[2, 25], [1, 30]],
    [[4, 9], [3, 10]],
    [[0.02, 700], [0.01, 1000]],
    [[1, 1], [1, 3]],
    [[3, 3], [3, 10]],
    [[], [0.1, 1]],
  ])('hold %s between %s', (values, ends) => {
    const [low, high] = logBounds(values)
    expect(low).toBeCloseTo(ends[0] ?? 0)
    expect(high).toBeCloseTo(ends[1] ?? 0)
  })

  it('mark few round numbers', () => {
    expect(logTicks(1, 30)).toEqual([1, 3, 10, 30])
    expect(logTicks(0.01, 1000).map((tick) => Number(tick.toPrecision(2)))).toEqual([0.01, 0.1, 1, 10, 100, 1000])
  })
})

describe('buckets', () => {
  it('hold the instants from their start on, and none beside them', () => {
    expect([at - 1, at, at + 59, at + 60, at + 209, at + 211].map((second) => bucketAt(axis, second))).toEqual([null, 0, 0, 1, 3, null])
  })

  it('that are not over are drawn at their rate so far, or not at all when that is too early', () => {
    const hours = { starts: [at, at + 3600], stepS: 3600, since: at, until: at + 5400 }
    expect(atTheirRate(hours, [4, 3])).toEqual([4, 6])
    expect(atTheirRate({ ...hours, until: at + 3700 }, [4, 3])).toEqual([4, null])
    expect(atTheirRate(axis, [1, 2, null, 3])).toEqual([1, 2, null, null])
  })

  it('stack on those before, and nothing stacks on what nobody saw', () => {
    expect(stacked(curves)).toEqual([[0, 1, null, 2], [5, 8, null, 11]])
  })

  it('are named as a person would', () => {
    expect([60, 300, 3600, 21600, 86400, 604800].map(stepName)).toEqual(['minute', '5 min', 'hour', '6 h', 'day', 'week'])
    expect([timeTick(at, 60, true), timeTick(at + 43_200, 3600, true), timeTick(at, 86_400, true)]).toEqual(['12:00', '22 Nov', '21 Nov'])
  })
})

describe('gaps', () => {
  it('are placed as far as they are in sight, to the end while they last', () => {
    const found = placed(axis, [{ since: at - 60, until: at + 21, reason: 'a' }, { since: at + 189, until: null, reason: 'b' }, { since: at - 90, until: at - 60, reason: 'gone' }])
    expect(found.map(({ gap, left, width }) => [gap.reason, Math.round(left), Math.round(width)])).toEqual([['a', 0, 10], ['b', 90, 10]])
  })
})

describe('a sparkline', () => {
  it('breaks where nothing was measured', () => {
    expect(runs([1, 2, null, 4], 4).map(({ line }) => line)).toEqual(['M0 76.0L333 52.0', 'M1000 4.0h1'])
    expect(runs([], 1)).toEqual([])
  })
})

describe('a chart', () => {
  afterEach(() => point(null))

  const show = (): void => {
    render(<TimeChart title="Throughput" label="Tasks by outcome" shape="stack" axis={axis} curves={curves} gaps={[{ since: at + 120, until: at + 180, reason: 'the link was lost' }]} marks={[{ at: at + 60, label: 'v2', detail: 'deployed' }]} write={String} />)
  }

  it('shows the newest values, and by the arrows those of a bucket, or why there are none', () => {
    show()
    const picture = screen.getByRole('img', { name: 'Tasks by outcome' })
    const read = () => screen.getByRole('region', { name: 'Throughput' }).querySelector('.tc-read')?.textContent
    expect(read()).toBe('Succeeded 9Failed 2')
    fireEvent.focus(picture)
    fireEvent.keyDown(picture, { key: 'ArrowLeft' })
    expect(read()).toBe('12:03 so farSucceeded 9Failed 2')
    fireEvent.keyDown(picture, { key: 'ArrowLeft' })
    expect(read()).toBe('12:02not seen: the link was lost')
    fireEvent.keyDown(picture, { key: 'Home' })
    expect(read()).toBe('12:00Succeeded 5Failed 0')
    fireEvent.keyDown(picture, { key: 'Escape' })
    expect(read()).toBe('Succeeded 9Failed 2')
  })

  it('is a table for who asks, with its gaps and marks in words', () => {
    show()
    fireEvent.click(screen.getByRole('button', { name: 'Throughput as a table' }))
    const rows = screen.getAllByRole('row').map((row) => row.textContent)
    expect(rows).toEqual(['TimeFailedSucceeded', '12:0329', '12:02——', '12:0117', '12:0005'])
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['12:02 to 12:03: not seen, the link was lost', '12:01: v2, deployed'])
  })
})
