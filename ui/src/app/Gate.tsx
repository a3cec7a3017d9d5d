import { useQuery } from '@tanstack/react-query'
import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { ApiError } from '@/api/client'
import { useLive, useLiveValue } from '@/api/live-context'
import { me } from '@/api/queries'
import { ErrorNote } from '@/components/ErrorNote'
import { Glyph } from '@/components/Glyph'
import { Nil } from '@/components/Nil'
import { Answer, usePageTitle } from '@/components/Page'
import { sentenceOf } from '@/lib/text'

function Refused({ detail, signedIn }: { detail: string; signedIn: boolean }) {
  usePageTitle('No permission, Umbel')
  return (
    <Answer glyph="unknown" title={signedIn ? 'You may not look at this' : 'You are not signed in'}>
      {sentenceOf(detail)} {signedIn ? 'Who runs this server can give you a role.' : 'Load the page again to sign in.'}
    </Answer>
  )
}

function Offline({ onRetry }: { onRetry: () => void }) {
  usePageTitle('Offline, Umbel')
  return <ErrorNote title="Umbel does not answer" detail={`${navigator.onLine ? 'The server may be starting, stopped, or out of reach' : 'This device has no network'}. Nothing is lost: it tries again by itself, and the page goes on when it is back.`} onRetry={onRetry} />
}

/** What stands in place of a page before anything came: no permission, or nobody answers. */
export function Gate({ children }: { children: ReactNode }) {
  const live = useLive()
  const link = useLiveValue((one) => one.link)
  const { data, error, refetch } = useQuery({ ...me, refetchInterval: (query) => (query.state.data === undefined && query.state.error ? 3_000 : false) })
  if (data === undefined && error instanceof ApiError) {
    if (error.status === 401 || error.status === 403) return <Refused detail={error.problem.detail} signedIn={error.status === 403} />
    if (error.status === 0 && link.state !== 'open')
      return (
        <Offline
          onRetry={() => {
            live.retryNow()
            void refetch()
          }}
        />
      )
  }
  return children
}

/** A page that broke, or whose files are of another version than this tab. */
export function Broken({ error }: ErrorComponentProps) {
  usePageTitle('A fault, Umbel')
  const message = error instanceof Error ? error.message : String(error)
  const isOld = /dynamically imported module|module script/i.test(message)
  return (
    <div className="panel" role="alert">
      <Nil
        icon={<Glyph kind="critical" />}
        title={isOld ? 'This page could not be loaded' : 'This page has a fault'}
        actions={
          <button type="button" className="btn" onClick={() => window.location.reload()}>
            Load again
          </button>
        }
      >
        {isOld ? 'Umbel may have been upgraded, or is out of reach.' : `${sentenceOf(message.slice(0, 300))} What Umbel collects is not touched by it.`}
      </Nil>
    </div>
  )
}
