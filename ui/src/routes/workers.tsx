import { useQuery } from '@tanstack/react-query'

import { health, overview, workers } from '@/api/queries'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { FirstRun } from '@/features/status/FirstRun'
import { useIsStale } from '@/features/status/stale'
import { workersAnswer } from '@/features/workers/answer'
import { Trouble } from '@/features/workers/Trouble'
import { WorkerTable } from '@/features/workers/WorkerTable'

import '@/features/workers/workers.css'

export function WorkersRoute() {
  const { data, error, refetch } = useQuery(workers)
  const self = useQuery(health)
  const figures = useQuery(overview)
  const stale = useIsStale()
  const answer = data ? workersAnswer(data) : null
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Workers, ${self.data?.cluster ?? 'Umbel'}`)

  if (error && !data) return <ErrorNote title="The workers did not come" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  if (data?.items.length === 0 && figures.data?.tasks === 0 && self.data) return <FirstRun health={self.data} workers={data} />
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Workers'}>
        {answer?.note ?? '\u00a0'}
      </Answer>
      {data && <Trouble items={data.items} />}
      <Section title="Workers" note={stale ? 'as they were when Umbel last heard them' : 'as their own heartbeats tell'}>
        {data ? <WorkerTable items={data.items} /> : <div className="panel"><Bones widths={[82, 64, 74, 48]} /></div>}
      </Section>
    </>
  )
}
