import { Layers, Split } from 'lucide-react'
import { createContext, use, useState, type ReactNode } from 'react'

import type { WorkflowTask } from '@/api/workflow'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { whole } from '@/lib/count'
import { duration } from '@/lib/duration'
import { between } from '@/lib/instant'
import { stateLook } from '@/lib/states'
import { oneLine, shortId, splitName } from '@/lib/text'

import { waits } from './answer'
import { chainOf, folded, nameOf, tally, type Branch, type BundleBox } from './tree'

interface Marks {
  /** The task whose page led here. */
  own: string
  picked: string | null
  critical: ReadonlySet<string>
  onPick: (id: string) => void
}

const Context = createContext<Marks>({ own: '', picked: null, critical: new Set(), onPick: () => undefined })
const cellsAtMost = 120

const lastName = (task: WorkflowTask): string => (task.name ? oneLine(splitName(task.name).last, 80) : shortId(task.id))

function took(task: WorkflowTask): string {
  const seconds = task.runtime_s ?? between(task.started_at, task.finished_at)
  return seconds === null ? '' : duration(seconds)
}

function useLook(task: WorkflowTask): { kind: string; word: string; className: string; press: () => void; isPicked: boolean } {
  const { own, picked, critical, onPick } = use(Context)
  const { kind, word } = stateLook(task.state, task.verdict?.code)
  const className = [`k-${kind}`, own === task.id && 'own', picked === task.id && 'picked', critical.has(task.id) && 'crit'].filter(Boolean).join(' ')
  return { kind, word, className, press: () => onPick(task.id), isPicked: picked === task.id }
}

function Node({ task }: { task: WorkflowTask }) {
  const { word, className, press, isPicked } = useLook(task)
  const { kind } = stateLook(task.state, task.verdict?.code)
  const time = took(task)
  return (
    <button type="button" className={`nd ${className}`} aria-pressed={isPicked} onClick={press} title={`${oneLine(task.name ?? '', 200)} ${task.id.slice(0, 100)}`}>
      <span className="t">
        <Glyph kind={kind} />
        <span className="ell">
          <Line text={lastName(task)} limit={80} />
        </span>
      </span>
      <span className="s ell">
        {word}
        {time && `, ${time}`}
        {task.retries > 0 && `, retries ${task.retries}`}
      </span>
    </button>
  )
}

function Cell({ task, number }: { task: WorkflowTask; number: number }) {
  const { word, className, press, isPicked } = useLook(task)
  return (
    <button type="button" className={`ce ${className}`} aria-pressed={isPicked} aria-label={`${lastName(task)} ${number}, ${word}`} title={`${lastName(task)}: ${word} ${took(task)}`} onClick={press}>
      {number}
    </button>
  )
}

function Counts({ box }: { box: BundleBox }) {
  const { by } = tally(box)
  return (
    <div className="cnt">
      {Object.entries(by).map(([state, n]) => {
        const { kind, word } = stateLook(state)
        return (
          <span key={state} className={kind === 'failure' ? 'c-failure fw6' : undefined} title={word}>
            <Glyph kind={kind} />
            {whole(n)}
            <span className={kind === 'failure' ? undefined : 'vh'}> {word}</span>
          </span>
        )
      })}
    </div>
  )
}

/** A bar of a crowd by state: too many for a cell each. */
function CrowdBar({ box }: { box: BundleBox }) {
  const { by } = tally(box)
  return (
    <div className="crowdbar" aria-hidden="true">
      {Object.entries(by).map(([state, n]) => (
        <i key={state} className={`k-${stateLook(state).kind}`} style={{ flexGrow: n }} />
      ))}
    </div>
  )
}

function Members({ box }: { box: BundleBox }) {
  const [all, setAll] = useState(false)
  const plain = box.rows.every(({ box: inner, next }) => inner.kind === 'task' && next.length === 0)
  const shown = all ? box.rows : box.rows.slice(0, plain ? cellsAtMost : 12)
  const isFew = plain && box.crowds.length === 0 && box.rows.length <= 4
  return (
    <>
      {box.crowds.length > 0 && <CrowdBar box={box} />}
      {box.crowds.length > 0 && box.rows.length > 0 && <p className="dim sm">of which, one by one:</p>}
      {plain && !isFew ? (
        <div className="cells">
          {shown.map(({ box: inner, id }, index) => inner.kind === 'task' && <Cell key={id} task={inner.task} number={index + 1} />)}
        </div>
      ) : (
        <ul className="rows">
          {shown.map((row) => (
            <li key={row.id}>
              <Flow first={row} />
            </li>
          ))}
        </ul>
      )}
      {shown.length < box.rows.length && (
        <button type="button" className="link sm" onClick={() => setAll(true)}>
          {whole(box.rows.length - shown.length)} more
        </button>
      )}
    </>
  )
}

function Bundle({ box }: { box: BundleBox }) {
  const { all } = tally(box)
  const name = nameOf(box)
  const known = box.bundle.group_id !== null || box.bundle.is_chord
  const group = (
    <div className="bx" role="group" aria-label={`${known ? 'Group' : 'Side by side'}, ${whole(all)} tasks`}>
      <span className="lab" title={known ? undefined : 'Its events do not tell whether this is a group or single calls'}>
        <Layers className="i s" aria-hidden="true" />
        {known ? 'Group of' : 'Side by side:'} {whole(all)}
        {name !== null && (
          <code>
            <Line text={splitName(name).last} limit={60} />
          </code>
        )}
      </span>
      <Members box={box} />
      <Counts box={box} />
    </div>
  )
  if (!box.bundle.is_chord) return group
  const waiting = waits(box)
  return (
    <div className="bx chord" role="group" aria-label="Chord">
      <span className="lab">
        <Split className="i s" aria-hidden="true" />
        Chord
      </span>
      <div className="ch">
        {group}
        <Arrow word={waiting?.text ?? 'then'} doomed={waiting?.doomed ?? false} open={waiting !== null} />
        {box.body ? (
          <Flow first={box.body} />
        ) : (
          <span className={waiting?.doomed ? 'nd ghost doomed' : 'nd ghost'}>
            <span className="t">its body</span>
            <span className="s">not sent yet</span>
          </span>
        )}
      </div>
    </div>
  )
}

const words = { called: 'called', followed: 'then', joined: 'then' } as const

const Arrow = ({ word, doomed = false, open = false }: { word: string; doomed?: boolean; open?: boolean }) => (
  <span className={`ed${doomed ? ' no' : ''}${open ? ' da' : ''}`}>
    <b>{word}</b>
  </span>
)

const Box = ({ branch }: { branch: Branch }): ReactNode => (branch.box.kind === 'task' ? <Node task={branch.box.task} /> : <Bundle box={branch.box} />)

/** A line of steps, and what the last of them forked into. */
function Flow({ first }: { first: Branch }) {
  const [open, setOpen] = useState(false)
  const { steps, forks } = chainOf(first)
  const { head, hidden, tail } = folded(steps, open)
  const step = (branch: Branch, index: number) => (
    <span className="step" key={branch.id}>
      {(index > 0 || hidden > 0) && branch !== first && branch.link !== null && <Arrow word={words[branch.link]} />}
      <Box branch={branch} />
    </span>
  )
  return (
    <div className="fl">
      {head.map(step)}
      {hidden > 0 && (
        <>
          <Arrow word="then" />
          <button type="button" className="nd ghost" onClick={() => setOpen(true)}>
            <span className="t">{whole(hidden)} steps</span>
            <span className="s">show them</span>
          </button>
        </>
      )}
      {tail.map(step)}
      {forks.length > 0 && (
        <ul className="forks">
          {forks.map((fork) => (
            <li key={fork.id}>
              <Arrow word={fork.link === null ? '' : words[fork.link]} />
              <Flow first={fork} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

interface GraphProps extends Marks {
  branches: readonly Branch[]
}

/** The tasks as they followed each other, from left to right. */
export function Graph({ branches, ...marks }: GraphProps) {
  return (
    <Context value={marks}>
      <div className="gr">
        {branches.map((branch) => (
          <Flow key={branch.id} first={branch} />
        ))}
      </div>
    </Context>
  )
}
