import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'

import { useLive } from '@/api/live-context'
import { Toasts } from '@/components/Toasts'
import { Notices } from '@/features/status/Notices'
import { useIsStale } from '@/features/status/stale'
import { holdKeys, startKeys, useKey } from '@/lib/keys'
import { nextDensity, nextTheme, toggleUtc } from '@/lib/preferences'

import { Bar } from './Bar'
import { Gate } from './Gate'
import { Navigation, Tabs } from './Navigation'
import { usePages } from './places'
import { useTroubleIcon } from './trouble'

const Palette = lazy(async () => ({ default: (await import('@/features/palette/Palette')).Palette }))
const KeysDialog = lazy(async () => ({ default: (await import('@/features/display/KeysDialog')).KeysDialog }))

type Overlay = 'palette' | 'keys' | null

/** A new page is read from its answer on: the focus goes there, but not on the first load. */
function usePageFocus(main: React.RefObject<HTMLElement | null>): void {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const first = useRef(path)
  useEffect(() => {
    if (first.current === path) return
    first.current = ''
    main.current?.focus({ preventScroll: true })
  }, [path, main])
}

export function Shell() {
  const [overlay, setOverlay] = useState<Overlay>(null)
  const main = useRef<HTMLElement>(null)
  const navigate = useNavigate()
  const live = useLive()
  const stale = useIsStale()
  useEffect(startKeys, [])
  useEffect(() => live.start(), [live])
  usePageFocus(main)
  useTroubleIcon()
  const pages = usePages()
  const show = (wanted: Overlay): void => {
    if (wanted === overlay) return
    holdKeys() // until its code is here and it takes them
    setOverlay(wanted)
  }
  useKey('palette', () => show('palette'))
  useKey('help', () => show('keys'))
  useKey('goOverview', () => void navigate({ to: '/' }))
  useKey('goTasks', () => void navigate({ to: '/tasks' }))
  useKey('goFailures', () => void navigate({ to: '/failures' }))
  useKey('goMonitor', () => void navigate({ to: '/monitor' }))
  useKey('goQueues', () => void navigate({ to: '/queues' }))
  useKey('goWorkers', () => void navigate({ to: '/workers' }))
  useKey('goSettings', () => void navigate({ to: '/settings' }))
  useKey('goSelf', () => void navigate({ to: '/self' }))
  useKey('theme', nextTheme)
  useKey('density', nextDensity)
  useKey('utc', toggleUtc)
  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault() // the base address would make it another page
          main.current?.focus()
        }}
      >
        Skip to content
      </a>
      <Navigation onJump={() => show('palette')} />
      <div className="page">
        <Bar onKeys={() => show('keys')} />
        <Notices />
        <main className="main" id="main" ref={main} tabIndex={-1} data-stale={stale ? true : undefined}>
          <Gate>
            <Outlet />
          </Gate>
        </main>
      </div>
      <Tabs onMore={() => show('palette')} />
      <Toasts />
      <Suspense>
        {overlay === 'palette' && <Palette pages={pages} onClose={() => setOverlay(null)} />}
        {overlay === 'keys' && <KeysDialog onClose={() => setOverlay(null)} />}
      </Suspense>
    </>
  )
}
