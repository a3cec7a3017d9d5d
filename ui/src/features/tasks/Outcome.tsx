import type { TaskRow } from '@/api/types'
import { Line } from '@/components/Text'
import { ProgressBar } from '@/components/Meter'
import { Age, Until } from '@/components/Time'
import { useNow } from '@/lib/clock'
import { thrown } from '@/lib/exception'
import { progress } from '@/lib/progress'
import { isLost, isRunning } from '@/lib/states'

/** A failure in a list: the message first, the class after it. */
export function Failure({ text, calm = false }: { text: string; calm?: boolean }) {
  const { type, message } = thrown(text)
  return (
    <>
      <span className={calm ? 'mid' : 'c-failure'}>
        <Line text={message} limit={200} />
      </span>{' '}
      {type && type !== message && (
        <span className="dim">
          <Line text={type} limit={80} />
        </span>
      )}
    </>
  )
}

function Retry({ row }: { row: TaskRow }) {
  return (
    <span className="mid">
      Retries {row.retries}
      {row.max_retries == null ? '' : `/${row.max_retries}`}
      {row.eta && (
        <>
          , again <Until at={row.eta} />
        </>
      )}
      {row.exception && (
        <>
          {' · '}
          <Failure text={row.exception} calm />
        </>
      )}
    </span>
  )
}

function Waiting({ row }: { row: TaskRow }) {
  const now = useNow()
  const since = row.sent_at ?? row.received_at
  if (row.eta && Date.parse(row.eta) > now) {
    return (
      <span className="mid">
        held, due <Until at={row.eta} />
      </span>
    )
  }
  return since ? (
    <span className="mid">
      waits for <Age at={since} />
    </span>
  ) : null
}

/** What became of a task, or why it is where it is. */
export function Outcome({ row }: { row: TaskRow }) {
  const told = progress(row.progress)
  if (row.verdict && row.verdict.severity !== 'info') return <span className={isLost(row.verdict.code) ? 'c-lost' : 'mid'} title={row.verdict.text}><Line text={row.verdict.text} /></span>
  if (row.state === 'FAILURE' && row.exception) return <Failure text={row.exception} />
  if (row.state === 'RETRY') return <Retry row={row} />
  if (isRunning(row.state) && told) return <ProgressBar value={told} />
  if (row.state === 'SUCCESS' && row.result != null) return <code className="mid"><Line text={row.result} limit={200} /></code>
  if (row.state === 'PENDING' || row.state === 'RECEIVED') return row.verdict ? <span className="mid"><Line text={row.verdict.text} /></span> : <Waiting row={row} />
  if (row.verdict) return <span className="mid"><Line text={row.verdict.text} /></span>
  if (row.exception) return <Failure text={row.exception} calm />
  return null
}
