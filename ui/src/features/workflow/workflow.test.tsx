import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import type { TaskWorkflow, WorkflowTask } from '@/api/workflow'

import { answer, waits } from './answer'
import { Graph } from './Graph'
import { chainOf, folded, nameOf, tally, trees, type BundleBox } from './tree'

const now = Date.parse('2026-11-21T18:01:00Z')
const task = (id: string, given: Partial<WorkflowTask> = {}): WorkflowTask => ({ id, name: `app.${id}`, state: 'SUCCESS', verdict: null, worker: 'w@x', retries: 0, sent_at: '2026-11-21T18:00:00Z', received_at: null, started_at: '2026-11-21T18:00:01Z', finished_at: '2026-11-21T18:00:03Z', runtime_s: 2, exception: null, ...given })
const flow = (given: Partial<TaskWorkflow>): TaskWorkflow => ({ root_id: 'a', tasks: [], crowds: [], bundles: [], edges: [], starts: ['a'], critical: [], by_state: { SUCCESS: given.tasks?.length ?? 0 }, complete: true, groups: 'events', groups_note: null, ...given })
const bundle = (given: Partial<TaskWorkflow['bundles'][number]>): TaskWorkflow['bundles'][number] => ({ id: 'b0', tasks: [], crowds: [], group_id: null, size: null, is_chord: false, body: null, ...given })

const chord = (state = 'SUCCESS'): TaskWorkflow =>
  flow({
    tasks: [task('a'), task('m1', { name: 'app.batch' }), task('m2', { name: 'app.batch', state }), task('z')],
    bundles: [bundle({ tasks: ['m1', 'm2'], is_chord: true, body: 'z' })],
    edges: [{ source: 'a', target: 'b0', link: 'called' }, { source: 'b0', target: 'z', link: 'joined' }],
    critical: ['a', 'm2', 'z'],
  })

const boxOf = (of: TaskWorkflow): BundleBox => {
  const [first] = trees(of)
  const box = first?.box.kind === 'bundle' ? first.box : first?.next[0]?.box
  if (box?.kind !== 'bundle') throw new Error('there is no bundle')
  return box
}

afterEach(cleanup)

describe('the trees of a workflow', () => {
  it('hold a chord with its body', () => {
    const [root] = trees(chord())
    expect(root?.id).toBe('a')
    const box = boxOf(chord())
    expect([box.rows.map(({ id }) => id), box.body?.id, nameOf(box)]).toEqual([['m1', 'm2'], 'z', 'app.batch'])
  })

  it('draw a circle once, and never a task twice', () => {
    const circle = flow({ starts: [], tasks: [task('a'), task('b')], edges: [{ source: 'a', target: 'b', link: 'called' }, { source: 'b', target: 'a', link: 'called' }] })
    expect(trees(circle).map(({ id, next }) => [id, next.map((one) => one.id)])).toEqual([['a', ['b']]])
  })

  it('fold the middle of a long chain', () => {
    const ids = Array.from({ length: 40 }, (_, index) => (index === 0 ? 'a' : `s${index}`))
    const long = flow({ tasks: ids.map((id) => task(id)), edges: ids.slice(1).map((target, index) => ({ source: ids[index] ?? '', target, link: 'followed' })) })
    const [first] = trees(long)
    if (!first) throw new Error('there is no chain')
    const { steps } = chainOf(first)
    expect([steps.length, folded(steps, false).hidden, folded(steps, true).hidden]).toEqual([40, 24, 0])
  })

  it('count a crowd once, not those that are listed of it again', () => {
    const crowd = flow({ starts: ['b0'], tasks: [task('m', { name: 'app.batch', state: 'FAILURE' })], crowds: [{ name: 'app.batch', by_state: { SUCCESS: 4_999, FAILURE: 1 }, first_at: null, last_at: null }], bundles: [bundle({ tasks: ['m'], crowds: [0] })] })
    expect(tally(boxOf(crowd))).toMatchObject({ all: 5_000, ended: 5_000, failed: 1 })
  })
})

describe('the answer', () => {
  const waiting = (state: string) => flow({ starts: ['b0'], tasks: [task('m', { name: 'app.batch' }), task('n', { name: 'app.batch', state })], by_state: { SUCCESS: 1, [state]: 1 }, bundles: [bundle({ tasks: ['m', 'n'], is_chord: true, size: 24 })] })

  it('says what a chord waits for, and that it will not run', () => {
    expect(waits(boxOf(waiting('STARTED')))).toEqual({ text: 'waits for 23', doomed: false })
    expect(waits(boxOf(waiting('FAILURE')))).toEqual({ text: 'will end in ChordError', doomed: true })
    expect(waits(boxOf(chord()))).toBeNull()
    expect(answer(waiting('FAILURE'), trees(waiting('FAILURE')), now).title).toBe('What waits for batch will not run: 1 of 24 failed')
  })

  it.each([
    [{ SUCCESS: 4 }, 'All 4 tasks succeeded in 3.0 s'],
    [{ SUCCESS: 3, FAILURE: 1 }, '1 of 4 tasks failed'],
    [{ SUCCESS: 2, STARTED: 1, PENDING: 1 }, '2 of 4 tasks are done'],
  ])('of %j is %j', (by, title) => {
    const one = { ...chord(), by_state: by }
    expect(answer(one, trees(one), now).title).toBe(title)
  })
})

describe('the graph', () => {
  it('names its containers, marks the own and the critical, and tells which was pressed', () => {
    const pick = vi.fn()
    render(<Graph branches={trees(chord('FAILURE'))} own="a" picked="m2" critical={new Set(['z'])} onPick={pick} />)
    expect(screen.getByRole('group', { name: 'Chord' }).textContent).toContain('Group of 2')
    expect(screen.getByRole('button', { name: /^a success/ }).className).toContain('own')
    expect(screen.getByRole('button', { name: /^z success/ }).className).toContain('crit')
    const failed = screen.getByRole('button', { name: /batch failure/ })
    expect([failed.getAttribute('aria-pressed'), failed.className.includes('k-failure')]).toEqual(['true', true])
    fireEvent.click(failed)
    expect(pick).toHaveBeenCalledWith('m2')
  })

  it('shows hostile names as text', () => {
    const { container } = render(<Graph branches={trees(flow({ tasks: [task('a', { name: '<img src=x onerror=alert(1)>' })] }))} own="" picked={null} critical={new Set()} onPick={() => undefined} />)
    expect(container.querySelector('img')).toBeNull()
    expect(container.textContent).toContain('<img src=x')
  })
})
