import { ArrowUp } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { useLive, useLiveValue } from '@/api/live-context'
import { whole } from '@/lib/count'
import { useKey } from '@/lib/keys'

interface NewRowsProps {
  held: string | null
  follows: boolean
  stale: boolean
  onShow: () => void
}

/** Says how many came, politely and only when it grew. */
function Announcement({ count }: { count: number }) {
  const [said, setSaid] = useState('')
  const last = useRef(0)
  useEffect(() => {
    const timer = setTimeout(() => {
      if (count > last.current) setSaid(`${whole(count)} new ${count === 1 ? 'task' : 'tasks'}`)
      last.current = count
    }, 2500)
    return () => clearTimeout(timer)
  }, [count])
  return (
    <span className="vh" role="status">
      {said}
    </span>
  )
}

/** Rows that wait: a pill at the head of the list, never a jump. */
export function NewRows({ held, follows, stale, onShow }: NewRowsProps) {
  const live = useLive()
  const fresh = useLiveValue((l) => l.fresh)
  const paused = useLiveValue((l) => l.paused)
  const count = fresh.rows.size
  const show = () => {
    onShow()
    if (paused) live.pause(false)
    else void live.showNew()
  }
  const waits = count > 0 || fresh.partial
  useKey('showNew', show, waits)
  const why = paused ? 'paused by you' : (held ?? 'more than 5 a second come')
  return (
    <>
      {!waits && <span className="note">{stale ? 'nothing new is heard' : paused ? 'paused by you' : !follows ? 'new tasks will wait' : held ? `new tasks will wait while ${held}` : 'newest first, follows by itself'}</span>}
      {waits && (
        <>
          <button type="button" className="newb" onClick={show}>
            <ArrowUp className="i" />
            {count === 0 ? 'Show what changed' : `${whole(count)}${fresh.partial ? '+' : ''} new`}
          </button>
          <span className="note">{why === held ? `they wait while ${why}` : why}</span>
        </>
      )}
      <Announcement count={count} />
    </>
  )
}
