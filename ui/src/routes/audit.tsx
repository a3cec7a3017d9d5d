import { useInfiniteQuery, useQuery } from '@tanstack/react-query'

import { ApiError } from '@/api/client'
import { auditLog } from '@/api/commands'
import { health, me } from '@/api/queries'
import { ErrorNote } from '@/components/ErrorNote'
import { Glyph } from '@/components/Glyph'
import { Bones, Nil } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { AuditTable } from '@/features/actions/AuditTable'
import { whyNot } from '@/features/actions/words'
import { useNow } from '@/lib/clock'
import { plural } from '@/lib/count'

export function AuditRoute() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(auditLog(''))
  const self = useQuery(health)
  const reader = useQuery(me)
  const now = useNow()
  usePageTitle(`Audit log, ${self.data?.cluster ?? 'Umbel'}`)
  const entries = data?.pages.flatMap(({ items }) => items) ?? []
  const today = entries.filter(({ at }) => now - Date.parse(at) < 86_400_000).length

  if (error instanceof ApiError && error.status === 403)
    return (
      <div className="panel">
        <Nil icon={<Glyph kind="unknown" />} title="Who did what is for operators">
          {whyNot(reader.data) ?? error.message}. Whoever runs this Umbel can give you that role.
        </Nil>
      </div>
    )
  if (error && !data) return <ErrorNote title="The audit log did not come" detail={error.message} onRetry={() => void refetch()} />
  return (
    <>
      <Answer title={!data ? 'Audit log' : entries.length === 0 ? 'Nobody has given a command yet' : today === 0 ? 'No command in the last 24 hours' : `${plural(today, 'command')}${hasNextPage && today === entries.length ? ' or more' : ''} in the last 24 hours`}>
        Who asked workers and queues for what, why, and what each answered. The newest 100,000 entries are kept.
      </Answer>
      <div className="mt16">
        {!data && <div className="panel"><Bones widths={[82, 64, 74]} /></div>}
        {entries.length > 0 && <AuditTable entries={entries} />}
        {hasNextPage && (
          <p className="mt12">
            <button type="button" className="btn" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show older ones
            </button>
          </p>
        )}
      </div>
    </>
  )
}
