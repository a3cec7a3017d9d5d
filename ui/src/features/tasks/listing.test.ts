import { describe, expect, it } from 'vitest'

import type { MetricsSeries, TaskSummary } from '@/api/listing'
import type { TaskNames } from '@/api/types'
import { moved, template } from '@/components/table-columns'
import { splitValues, timeIn, toggleValue, valuesOf, withoutField, withTime } from '@/lib/search-text'
import { taskRow } from '@/testing/rows'

import { asCsv, asCurl, asJson, cell } from './copy'
import { fromSeries, fromSummary, keptFor, share, span, stepFor, total } from './histogram'
import { current, usual, viewOf } from './views'

const names: TaskNames = { items: [{ name: 'mail.send', total: 3, by_state: {} }, { name: 'sms.send', total: 2, by_state: {} }, { name: 'fetch', total: 1, by_state: {} }], cut: false }

describe('values in a search', () => {
  it.each([
    ['', 'queue', 'default', 'queue:default'],
    ['queue:default', 'queue', 'slow one', 'queue:default,"slow one"'],
    ['queue:default,"slow one" sms', 'queue', 'slow one', 'queue:default sms'],
    ['a OR b', 'worker', 'w@x', 'worker:w@x (a OR b)'],
    ['state:failure', 'state', 'RETRY', 'state:failure,retry'],
    ['task:a', 'name', 'a', ''],
  ])('%j: toggles %s %s', (text, field, value, result) => expect(toggleValue(text, field, value)).toBe(result))

  it('reads and drops the values of a field, quoted or not', () => {
    expect(splitValues('a,"b, c",d')).toEqual(['a', 'b, c', 'd'])
    expect(valuesOf('sms queue:"x y",z', 'queue')).toEqual(['x y', 'z'])
    expect(valuesOf('-queue:x runtime:>5s', 'queue')).toEqual([])
    expect(withoutField('sms queue:x state:failure', 'queue')).toBe('sms state:failure')
  })

  it('says when in one place, and takes it out again', () => {
    const text = withTime('sms after:-2h', '2026-11-21T17:20:00Z', '2026-11-21T18:00:00Z')
    expect(text).toBe('sms after:2026-11-21T17:20:00Z before:2026-11-21T18:00:00Z')
    expect(timeIn(text)).toEqual({ since: Date.parse('2026-11-21T17:20:00Z'), until: Date.parse('2026-11-21T18:00:00Z') })
    expect(withTime(text, null, null)).toBe('sms')
    expect(timeIn('after:-2h')).toEqual({ since: null, until: null })
  })
})

describe('the histogram', () => {
  it.each([
    ['', { by: 'total', keys: [] }],
    ['state:failure after:-1h', { by: 'total', keys: [] }],
    ['name:send', { by: 'name', keys: ['mail.send', 'sms.send'] }],
    ['queue:a,b', { by: 'queue', keys: ['a', 'b'] }],
    ['name:mail.*', null],
    ['state:started', null],
    ['sms', null],
    ['name:send queue:a', null],
    ['-name:send', null],
  ])('of %j is told by %j', (search, kept) => expect(keptFor(search, names)).toEqual(kept))

  it('adds up the figures of several names, and knows what nobody saw', () => {
    const line = (failed: (number | null)[], succeeded: (number | null)[]) => ({ failed, succeeded, retried: failed, revoked: failed, rejected: failed }) as unknown as MetricsSeries['lines'][number] // the columns that are read
    const series: MetricsSeries = { by: 'name', step_s: 60, starts: ['2026-11-21T18:00:00Z', '2026-11-21T18:01:00Z'], lines: [line([1, null], [5, null]), line([0, null], [2, null])] }
    const { bars } = fromSeries(series, ['FAILURE'])
    expect(bars[0]).toMatchObject({ failed: 1, succeeded: 0, other: 0 })
    expect(bars.map(total)).toEqual([1, null])
    expect(fromSeries(series, []).bars.map(total)).toEqual([11, null])
  })

  it('of the tasks has no holes, and a stretch of it is whole columns', () => {
    const at = (minute: number) => `2026-11-21T18:0${minute}:00Z`
    const summary = { histogram: { step_s: 60, columns: [{ at: at(0), by_state: { FAILURE: 1, STARTED: 2 } }, { at: at(3), by_state: { SUCCESS: 4 } }] } } as unknown as TaskSummary // what is read of it
    const bars = fromSummary(summary)
    expect(bars.bars.map(total)).toEqual([3, 0, 0, 4])
    expect(span(bars, 0.6, 0.3)).toEqual({ since: '2026-11-21T18:01:00Z', until: '2026-11-21T18:03:00Z' })
    expect(share(bars, Date.parse(at(1)), Date.parse(at(3)))).toEqual([0.25, 0.75])
    expect(share(bars, null, null)).toBeNull()
    expect([stepFor(10_800), stepFor(86_400), stepFor(30 * 86_400)]).toEqual([60, 900, 21_600])
  })
})

describe('copies', () => {
  const row = taskRow({ id: "it's", kwargs: "{'a': \"1\"}", args: '=HYPERLINK(1)' })
  it('quote what has to be quoted, and begin no formula', () => {
    expect([cell('a,b'), cell('say "x"'), cell(null), cell(-2.5), cell('+1 916')]).toEqual(['"a,b"', '"say ""x"""', '', '-2.5', "'+1 916"])
    expect(asCsv([row]).split('\n')[1]).toContain("'=HYPERLINK(1)")
    expect(JSON.parse(asJson([row]))).toMatchObject({ id: "it's" })
    expect(JSON.parse(asJson([row, row]))).toHaveLength(2)
    expect(asCurl([row], { user: "o'neil", role: 'viewer', auth: 'basic', reason: null } as never)).toContain(`curl -s -u 'o'\\''neil' 'http`)
  })
})

describe('views', () => {
  const saved = viewOf({ id: 'v', name: 'Mine', owner: null, shared: false, mine: true, search: 'sms', sort: '-runtime', columns: null, made_at: '' })
  const now = (search: string, sort?: '-runtime') => ({ search, sort, columns: undefined })
  it.each([
    ['', undefined, 'all', false],
    ['state:started', undefined, 'running', false],
    ['sms', undefined, undefined, true],
  ])('%j is a usual one, or none', (search, opened, id, changed) => {
    const found = current([...usual, saved], opened, now(search))
    expect([found.view?.id, found.changed]).toEqual([id, changed])
  })
  it('says that an open one was changed', () => {
    expect(current([...usual, saved], 'v', now('sms', '-runtime'))).toEqual({ view: saved, changed: false })
    expect(current([...usual, saved], 'v', now('sms x', '-runtime'))).toEqual({ view: saved, changed: true })
  })
})

describe('columns', () => {
  it('move to the place of another, and are as wide as they were pulled', () => {
    expect(moved(['a', 'b', 'c'], 'c', 'a')).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b', 'c'], 'a', 'c')).toEqual(['b', 'c', 'a'])
    expect(template([{ min: 50, grow: 0 }, { min: 60, grow: 1, width: 200 }, { min: 70, grow: 1 }])).toBe('50px 200px minmax(70px, 1fr)')
    expect(template([{ min: 50, grow: 0 }, { min: 60, grow: 1, width: 200 }])).toBe('50px minmax(200px, 1fr)')
  })
})
