import { Maximize, Minus, Plus, Route } from 'lucide-react'
import { useRef, useState } from 'react'

import type { TaskWorkflow } from '@/api/workflow'
import { plural } from '@/lib/count'

import { Graph } from './Graph'
import type { Branch } from './tree'

interface CanvasProps {
  flow: TaskWorkflow
  branches: readonly Branch[]
  own: string
  picked: string | null
  onPick: (id: string) => void
}

const steps = [0.4, 0.5, 0.65, 0.8, 1, 1.25] as const
const nobody: ReadonlySet<string> = new Set()

/** The graph on its ground, which can be made smaller until all of it is seen. */
export function Canvas({ flow, branches, own, picked, onPick }: CanvasProps) {
  const [zoom, setZoom] = useState(1)
  const [path, setPath] = useState(true)
  const ground = useRef<HTMLDivElement>(null)
  const change = (by: 1 | -1) => setZoom((old) => (by > 0 ? steps.find((step) => step > old) : steps.findLast((step) => step < old)) ?? old)
  const fit = () => {
    const box = ground.current
    const inner = box?.firstElementChild
    if (!box || !inner) return
    const wide = inner.scrollWidth
    setZoom(Math.max(0.3, Math.min(1, (box.clientWidth - 16) / wide)))
  }
  const all = Object.values(flow.by_state).reduce((sum, n) => sum + n, 0)
  return (
    <div className="cv">
      <div className="ground" ref={ground} tabIndex={0} role="region" aria-label="Graph">
        <div style={{ zoom }}>
          <Graph branches={branches} own={own} picked={picked} onPick={onPick} critical={path ? new Set(flow.critical) : nobody} />
        </div>
      </div>
      <div className="cv-tools">
        <span className="seg" role="group" aria-label="Size">
          <button type="button" aria-label="Smaller" onClick={() => change(-1)}>
            <Minus className="i s" />
          </button>
          <button type="button" onClick={() => setZoom(1)}>
            {Math.round(zoom * 100)} %
          </button>
          <button type="button" aria-label="Larger" onClick={() => change(1)}>
            <Plus className="i s" />
          </button>
        </span>
        <button type="button" className="btn" onClick={fit}>
          <Maximize className="i" />
          Fit
        </button>
        {flow.critical.length > 1 && (
          <button type="button" className="btn" aria-pressed={path} onClick={() => setPath(!path)}>
            <Route className="i" />
            Critical path
          </button>
        )}
        <span className="note">
          {plural(all, 'task')}
          {flow.complete ? '' : ' at least'}
          {flow.groups === 'events' ? '; groups are read from the order of events alone' : '; groups are as the result backend tells them'}
        </span>
      </div>
    </div>
  )
}
