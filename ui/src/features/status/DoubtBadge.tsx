import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'

import { health } from '@/api/queries'
import type { Doubt } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { sentenceOf } from '@/lib/text'

const most = 4

const Why = ({ doubts }: { doubts: readonly Doubt[] }) => (
  <ul>
    {doubts.slice(0, most).map(({ code, severity, text }) => (
      <li key={code}>
        <Glyph kind={severity === 'info' ? 'unknown' : severity} />
        <Line text={sentenceOf(text)} limit={300} />
      </li>
    ))}
    {doubts.length > most && <li className="dim">And {doubts.length - most} more.</li>}
  </ul>
)

/** On every page, while figures may be wrong: how, why on hover or focus, and the way to the whole of it. */
export function DoubtBadge() {
  const { data } = useQuery(health)
  const [open, setOpen] = useState(false)
  const id = useId()
  const doubts = (data?.doubts ?? []).filter(({ severity }) => severity !== 'info')
  const worst = doubts[0]
  if (!worst) return null
  return (
    <div className={`doubt ${worst.severity}`} onMouseEnter={() => setOpen(true)} onMouseLeave={() => setOpen(false)} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}>
      <Link to="/self" aria-describedby={open ? id : undefined} onClick={() => setOpen(false)}>
        <Glyph kind={worst.severity === 'critical' ? 'critical' : 'warning'} />
        <span className="vh">Figures may be wrong: </span>
        <span className="word">{worst.label.charAt(0).toUpperCase() + worst.label.slice(1)}</span>
        {doubts.length > 1 && <span className="more">+{doubts.length - 1}</span>}
        <span className="only-m" aria-hidden="true">{doubts.length}</span>
      </Link>
      {open && (
        <div className="doubt-why" role="tooltip" id={id}>
          <Why doubts={doubts} />
        </div>
      )}
    </div>
  )
}
