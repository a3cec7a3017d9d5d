import { useQuery } from '@tanstack/react-query'
import { FlaskConical, X } from 'lucide-react'
import { useState } from 'react'

import { health } from '@/api/queries'
import type { Health } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Age, Time } from '@/components/Time'

import { blindSince } from './badge'

function Blind({ data, since }: { data: Health; since: string }) {
  const { broker } = data
  return (
    <div className="notice critical" role="alert">
      <Glyph kind="critical" />
      <p>
        <b>
          Umbel is blind since <Time at={since} precision="second" />
        </b>{' '}
        for <Age at={since} />: {broker.state === 'connected' ? <Line text={data.text} limit={300} /> : <>the broker at <code><Line text={broker.url} limit={120} /></code> does not answer{broker.last_error && <> (<Line text={broker.last_error} limit={200} />)</>}.</>} The figures are from before; it tries again by itself{broker.attempt > 0 ? `, try ${broker.attempt}` : ''}.
      </p>
    </div>
  )
}

function Failing({ data }: { data: Health }) {
  const { store, collector } = data
  return (
    <div className="notice critical" role="alert">
      <Glyph kind="critical" />
      <p>
        <b>The store does not take what comes.</b> {store.last_error && <Line text={store.last_error} limit={200} />} Events wait in memory, {collector.buffered} of {collector.buffer_limit}
        {collector.dropped > 0 ? `; ${collector.dropped} were dropped` : '; none is lost'}.
      </p>
    </div>
  )
}

/** Across the page: what makes everything below it doubtful, and what should be changed. */
export function Notices() {
  const { data } = useQuery(health)
  const [closed, setClosed] = useState<readonly string[]>([])
  if (!data) return null
  const since = blindSince(data)
  const closable = [...data.warnings.map((text) => ({ kind: 'warning', text })), ...(data.demo ? [{ kind: 'demo', text: 'This is the demo: its application, its workers and its failures are made up.' }] : [])]
  const open = closable.filter(({ text }) => !closed.includes(text))
  if (!since && data.store.state !== 'failing' && open.length === 0) return null
  return (
    <section className="notices" aria-label="Notices">
      {since && <Blind data={data} since={since} />}
      {data.store.state === 'failing' && <Failing data={data} />}
      {open.map(({ kind, text }) => (
        <div key={text} className={`notice ${kind}`}>
          {kind === 'demo' ? <FlaskConical className="i" aria-hidden="true" /> : <Glyph kind="warning" />}
          <p>
            <Line text={text} limit={400} />
          </p>
          <button type="button" className="btn ico gh" aria-label="Hide" title="Hide until the page is loaded again" onClick={() => setClosed((old) => [...old, text])}>
            <X className="i" />
          </button>
        </div>
      ))}
    </section>
  )
}
