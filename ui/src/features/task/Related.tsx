import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'

import type { TaskDetail, TaskRef } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Section } from '@/components/Page'
import { Line } from '@/components/Text'
import { quote } from '@/lib/search-text'
import { stateLook } from '@/lib/states'
import { shortId, splitName } from '@/lib/text'

const most = 24

function Name({ task }: { task: TaskRef }) {
  const look = task.state ? stateLook(task.state) : null
  return (
    <>
      <Glyph kind={look?.kind ?? 'unknown'} />
      <span className="vh">{look?.word ?? 'never seen'} </span>
      <span className="ell">
        <Line text={task.name ? splitName(task.name).last : shortId(task.id)} limit={80} />
      </span>
    </>
  )
}

const Node = ({ task }: { task: TaskRef }) => (
  <Link className="node" to="/tasks/$id" params={{ id: task.id }} title={task.state ? `${task.name ?? ''} ${task.id}`.slice(0, 300) : 'No event of this task was seen'}>
    <Name task={task} />
  </Link>
)

/** What the task belongs to: its root, its caller and what it called. */
export function Related({ task }: { task: TaskDetail }) {
  const { root, parent, children } = task
  const first = root && root.id !== task.id && root.id !== parent?.id ? root : null
  if (!first && !parent && children.length === 0) return null
  const shown = children.slice(0, most)
  const family = root?.id ?? task.id
  return (
    <Section
      title="Part of"
      note={children.length > 0 ? `it called ${children.length}` : undefined}
      end={
        <>
          <Link className="link sm" to="/tasks" search={{ search: `root:${quote(family)}` }}>
            All of its tree
          </Link>
          <Link className="link sm" to="/workflow/$id" params={{ id: task.id }}>
            Graph
          </Link>
        </>
      }
    >
      <div className="panel panel-b">
        <div className="line">
          {first && (
            <>
              <Node task={first} />
              <span className="dim">…</span>
            </>
          )}
          {parent && (
            <>
              <Node task={parent} />
              <ArrowRight className="i s" aria-label="called" />
            </>
          )}
          <span className="node me" aria-current="true">
            <Name task={{ id: task.id, name: task.name, state: task.state }} />
          </span>
          {children.length > 0 && <ArrowRight className="i s" aria-label="called" />}
          {shown.map((child) => (
            <Node key={child.id} task={child} />
          ))}
          {shown.length < children.length && (
            <Link className="link" to="/tasks" search={{ search: `parent:${quote(task.id)}` }}>
              {children.length - shown.length} more
            </Link>
          )}
        </div>
      </div>
    </Section>
  )
}
