import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'

import { foldLibraries, type Fold, type Frame, type Traceback } from '@/lib/traceback'

import { Block, Line } from './Text'

import './frames.css'

function FrameItem({ frame, at }: { frame: Frame; at: boolean }) {
  return (
    <li className={`${frame.own ? 'own' : 'foreign'}${at ? ' at' : ''}`}>
      <div className="loc">
        <b>
          <Line text={frame.file} limit={400} />
        </b>
        :{frame.line} in{' '}
        <b>
          <Line text={frame.name} limit={200} />
        </b>
      </div>
      {frame.source.length > 0 && (
        <div className="src">
          <Block text={frame.source.join('\n')} />
        </div>
      )}
    </li>
  )
}

function FoldItem({ frames }: { frames: Frame[] }) {
  const [open, setOpen] = useState(false)
  const modules = [...new Set(frames.map(({ module }) => module))]
  const where = modules.length > 2 ? `${modules.slice(0, 2).join(', ')} and ${modules.length - 2} more` : modules.join(' and ')
  return (
    <>
      <li className="lib">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <ChevronDown className="i s" /> : <ChevronRight className="i s" />}
          {frames.length} {frames.length === 1 ? 'frame' : 'frames'} in <Line text={where} limit={200} />
        </button>
      </li>
      {open && frames.map((frame, index) => <FrameItem key={index} frame={frame} at={false} />)}
    </>
  )
}

/** The frames of a traceback, newest last; libraries are folded unless all are asked for. */
export function Frames({ traceback, all }: { traceback: Traceback; all: boolean }) {
  const items: Fold[] = all ? traceback.items : foldLibraries(traceback.items)
  const lastOwn = items.findLastIndex((item) => item.kind === 'frame' && item.own)
  const lastFrame = items.findLastIndex((item) => item.kind === 'frame')
  const mark = lastOwn >= 0 ? lastOwn : lastFrame
  return (
    <ol className="tb">
      {items.map((item, index) => {
        if (item.kind === 'fold') return <FoldItem key={index} frames={item.frames} />
        if (item.kind === 'frame') return <FrameItem key={index} frame={item} at={index === mark} />
        return (
          <li key={index} className="lib">
            <Block text={item.text} />
          </li>
        )
      })}
    </ol>
  )
}
