import type { Progress } from '@/lib/progress'

import { Line } from './Text'

/** How far a task says it is: a bar with its number, and its words. */
export function ProgressBar({ value, width = 88 }: { value: Progress; width?: number }) {
  return (
    <span className="row progress">
      {value.share !== null && (
        <>
          <span className="meter running" style={{ width: `${width}px` }} aria-hidden="true">
            <i style={{ width: `${value.share * 100}%` }} />
          </span>
          <span className="mid nw">{`${Math.round(value.share * 100)} %`}</span>
        </>
      )}
      {value.note && (
        <span className="dim ell">
          <Line text={value.note} limit={120} />
        </span>
      )}
    </span>
  )
}
