import { useQuery } from '@tanstack/react-query'
import { Pause, Play, RotateCw } from 'lucide-react'

import { useLive, useLiveValue } from '@/api/live-context'
import { health } from '@/api/queries'
import { LiveBadge } from '@/components/LiveBadge'
import { Menu, MenuItem, MenuLine } from '@/components/Menu'
import { useBrowserNow, useNow } from '@/lib/clock'
import { instant } from '@/lib/instant'
import { useKey } from '@/lib/keys'
import { usePreferences } from '@/lib/preferences'

import { badge } from './badge'
import { Behind } from './Behind'

export function Badge() {
  const live = useLive()
  const link = useLiveValue((l) => l.link)
  const paused = useLiveValue((l) => l.paused)
  const hold = useLiveValue((l) => l.hold)
  const fresh = useLiveValue((l) => l.fresh)
  const { data } = useQuery(health)
  const { utc } = usePreferences()
  const now = useNow()
  const browserNow = useBrowserNow()
  useKey('pause', () => live.pause(!paused))
  const view = badge({ link, health: data, paused, hold, fresh: fresh.rows.size, more: fresh.partial, now: browserNow, clock: (iso) => instant(iso, { utc, now }) })
  return (
    <Menu label="Live" trigger={<LiveBadge view={view} title={view.note ? `${view.word}, ${view.note}` : view.word} />}>
      <Behind health={data} link={link} sampled={fresh.partial} />
      <MenuLine />
      <MenuItem onSelect={() => live.pause(!paused)}>
        {paused ? <Play className="i s" /> : <Pause className="i s" />}
        {paused ? 'Go on' : 'Pause'}
        <span className="end">
          <kbd>Space</kbd>
        </span>
      </MenuItem>
      {link.state === 'lost' && (
        <MenuItem onSelect={() => live.retryNow()}>
          <RotateCw className="i s" />
          Try now
        </MenuItem>
      )}
    </Menu>
  )
}
