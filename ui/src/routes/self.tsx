import { useQuery } from '@tanstack/react-query'

import { useTopic } from '@/api/live-context'
import { gaps, health, self } from '@/api/queries'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { selfAnswer } from '@/features/self/answer'
import { Doubts } from '@/features/self/Doubts'
import { ProcessFacts, StoreFacts } from '@/features/self/Facts'
import { Gaps } from '@/features/self/Gaps'
import { Minutes } from '@/features/self/Minutes'
import { Pipe } from '@/features/self/Pipe'
import { Refused } from '@/features/self/Refused'
import { WorkerLoss } from '@/features/self/WorkerLoss'

import '@/features/self/self.css'

/** Umbel about itself: may what it shows be wrong, why, and the numbers behind that. */
export function SelfRoute() {
  useTopic('self')
  const { data, error, refetch } = useQuery(self)
  const { data: known } = useQuery(health)
  const missed = useQuery(gaps)
  const answer = data ? selfAnswer(data) : null
  usePageTitle(`${answer?.short ? `(${answer.short}) ` : ''}Umbel itself, ${known?.cluster ?? 'Umbel'}`)

  if (error && !data) return <ErrorNote title="Umbel did not tell of itself" detail={`${error.message}. Nothing is lost: what was stored stays stored.`} onRetry={() => void refetch()} />
  return (
    <>
      <Answer glyph={answer?.kind ?? null} title={answer?.title ?? 'Umbel itself'}>
        {answer?.note ?? '\u00a0'}
      </Answer>
      {data ? (
        <>
          <Doubts items={data.doubts} />
          <Pipe report={data} />
          <Minutes account={data.account} now={data.now} />
          <WorkerLoss report={data} />
          <Gaps gaps={missed.data} startedAt={data.started_at} now={data.now} repair={known?.repair} error={missed.error} onRetry={() => void missed.refetch()} />
          <Refused report={data} />
          <div className="grid g-2">
            <StoreFacts report={data} />
            <ProcessFacts report={data} />
          </div>
        </>
      ) : (
        <div className="panel mt16">
          <Bones widths={[82, 64, 74, 48]} />
        </div>
      )}
    </>
  )
}
