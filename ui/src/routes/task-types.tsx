import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useDeferredValue, useMemo, useState } from 'react'

import { taskTypes } from '@/api/attention'
import { useLiveValue } from '@/api/live-context'
import { health } from '@/api/queries'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones, Nil } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { RangePicker } from '@/components/range/RangePicker'
import { useRange } from '@/components/range/use-range'
import { worstFirst } from '@/features/types/order'
import { TypeTable } from '@/features/types/TypeTable'
import { typesAnswer } from '@/features/types/words'
import { whole } from '@/lib/count'
import { finishedIn, spanWords } from '@/lib/span'
import { Shapes } from 'lucide-react'

const route = getRouteApi('/task-types')
const page = 100

/** Every task name, worst first. */
export function TaskTypesRoute() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const held = useLiveValue((live) => live.paused)
  const range = useRange(search, { held })
  const { data, error, refetch } = useQuery({ ...taskTypes(range, 5_000), placeholderData: keepPreviousData })
  const self = useQuery(health)
  const [text, setText] = useState('')
  const [shown, setShown] = useState(page)
  const wanted = useDeferredValue(text.trim().toLowerCase())
  const rows = useMemo(() => worstFirst(data?.items ?? []).filter(({ name }) => name.toLowerCase().includes(wanted)), [data, wanted])
  const answer = data ? typesAnswer(data.items, spanWords(range)) : null
  usePageTitle(`Task types, ${self.data?.cluster ?? 'Umbel'}`)
  if (error && !data) return <ErrorNote title="The task types did not come" detail={error.message} onRetry={() => void refetch()} />
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Task types'} end={<RangePicker search={search} range={range} onChange={(to) => void navigate({ search: to })} />}>
        {answer?.note ?? '\u00a0'}
      </Answer>
      <div className="row mt16">
        <input className="filter" type="search" placeholder="Part of a name" aria-label="Show names with this in them" value={text} onChange={({ target }) => setText(target.value)} />
        <span className="dim sm">{data && wanted ? `${whole(rows.length)} of ${whole(data.items.length)}` : ''}</span>
      </div>
      <div className="mt8">
        {!data && <div className="panel"><Bones widths={[82, 64, 74, 48]} /></div>}
        {data && rows.length === 0 && <div className="panel"><Nil icon={<Shapes className="i" />} title={wanted ? 'No task name has that in it' : 'No task was registered or seen yet'} actions={wanted ? <button type="button" className="btn" onClick={() => setText('')}>Show all names</button> : <Link className="btn" to="/workers">Workers</Link>}>{wanted ? null : 'A name is listed once a worker that has it registered is heard, or a task of it.'}</Nil></div>}
        {rows.length > 0 && <TypeTable rows={rows.slice(0, shown)} within={finishedIn(range)} label="Task types, worst first" />}
        {rows.length > shown && (
          <p className="mt12">
            <button type="button" className="btn" onClick={() => setShown(shown + 5 * page)}>
              Show {whole(Math.min(5 * page, rows.length - shown))} more of {whole(rows.length - shown)}
            </button>
          </p>
        )}
      </div>
    </>
  )
}
