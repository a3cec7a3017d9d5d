import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { health, me } from '@/api/queries'
import { settings } from '@/api/settings'
import { ErrorNote } from '@/components/ErrorNote'
import { Bones } from '@/components/Nil'
import { Answer, Section, usePageTitle } from '@/components/Page'
import { KeysDialog } from '@/features/display/KeysDialog'
import { Look } from '@/features/settings/Look'
import { About, Judged, Kept } from '@/features/settings/Told'
import { keptFor } from '@/features/settings/words'

import '@/features/settings/settings.css'

export function SettingsRoute() {
  const [keys, setKeys] = useState(false)
  const { data, error, refetch } = useQuery(settings)
  const reader = useQuery(me)
  const self = useQuery(health)
  usePageTitle(`Settings, ${self.data?.cluster ?? 'Umbel'}`)
  const kept = data?.retention.tasks_s
  return (
    <>
      <Answer title={data === undefined ? 'Settings' : kept == null ? 'Tasks are kept for ever' : `Tasks are kept for ${keptFor(kept)}`}>How this browser shows them is chosen here; what the server keeps and judges by is set where it is started.</Answer>
      <Section title="This browser" note="kept here, for nobody else">
        <Look onKeys={() => setKeys(true)} />
      </Section>
      {error && !data ? (
        <Section title="This server">
          <ErrorNote title="The settings did not come" detail={`${error.message}.`} onRetry={() => void refetch()} />
        </Section>
      ) : (
        <>
          <Section title="Judged by" note="figures are a warning or critical from these values on; overview, pages and alerts use the same">
            <div className="panel">{data ? <Judged thresholds={data.thresholds} /> : <Bones widths={[60, 70, 50, 64, 58]} />}</div>
          </Section>
          <div className="setgrid">
            <Section title="Kept" note="the tightest bound wins">
              <div className="panel">{data ? <Kept retention={data.retention} /> : <Bones widths={[60, 70, 50]} />}</div>
            </Section>
            <Section title="You and Umbel">
              <div className="panel">
                <About reader={reader.data} self={self.data} readOnly={data?.read_only ?? false} />
              </div>
            </Section>
          </div>
        </>
      )}
      {keys && <KeysDialog onClose={() => setKeys(false)} />}
    </>
  )
}
