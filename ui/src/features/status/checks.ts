import type { Health, Workers } from '@/api/types'
import type { HealthKind } from '@/components/Glyph'

/** One step on the way to the first task, in the order in which they must hold. Backticks in `text` mark code. */
export interface Check {
  id: 'broker' | 'workers' | 'events' | 'sent'
  kind: HealthKind
  title: string
  text: string
  fix: string | null
}

function broker({ broker: { state, url, transport, last_error: error } }: Health): Check {
  if (state === 'connected') return { id: 'broker', kind: 'healthy', title: 'The broker answers', text: `${transport} at \`${url}\`.`, fix: null }
  if (state === 'connecting') return { id: 'broker', kind: 'unknown', title: 'The broker is asked', text: `${transport} at \`${url}\`; it has not answered yet.`, fix: null }
  return {
    id: 'broker',
    kind: 'critical',
    title: 'The broker does not answer',
    text: `${transport} at \`${url}\`${error ? `: ${error}` : ''}. Umbel tries again by itself. If the address is wrong, start it with the right one:`,
    fix: 'umbel --broker redis://host:6379/0',
  }
}

function heard(workers: Workers | undefined, isBlind: boolean): Check {
  const items = workers?.items ?? []
  if (items.length > 0) {
    const names = items.slice(0, 3).map(({ name }) => name)
    const more = items.length - names.length
    return { id: 'workers', kind: 'healthy', title: items.length === 1 ? '1 worker is heard' : `${items.length} workers are heard`, text: `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`, fix: null }
  }
  return {
    id: 'workers',
    kind: isBlind ? 'unknown' : 'critical',
    title: 'No worker is heard yet',
    text: 'A worker says every two seconds that it lives, unless it was started without heartbeats. Start one on the same broker:',
    fix: 'celery -A your_app worker --loglevel INFO -E',
  }
}

function events(workers: Workers | undefined, last: string | null | undefined): Check {
  const some = (workers?.items.length ?? 0) > 0
  return {
    id: 'events',
    kind: some && last ? 'warning' : 'unknown',
    title: 'No task was heard yet',
    text: some ? 'Either none ran since Umbel started, or the workers send no task events. They do when they are started with `-E`, or with this line in the settings of the application:' : 'Workers tell of their tasks when they are started with `-E`, or with this line in the settings of the application:',
    fix: 'worker_send_task_events = True',
  }
}

const sent: Check = {
  id: 'sent',
  kind: 'unknown',
  title: 'Are sent tasks reported?',
  text: 'Without it a task is seen when a worker takes it, and waiting tasks are not. One line in the settings of the application:',
  fix: 'task_send_sent_event = True',
}

export function checks(health: Health, workers: Workers | undefined): Check[] {
  return [broker(health), heard(workers, health.broker.state !== 'connected'), events(workers, health.collector.last_event_at), sent]
}

/** The page's answer is the first step that does not hold. */
export function firstAnswer(all: readonly Check[]): { kind: HealthKind; title: string } {
  const by = new Map(all.map((check) => [check.id, check]))
  const link = by.get('broker')
  const crew = by.get('workers')
  if (link?.kind === 'critical') return { kind: 'critical', title: 'Umbel cannot reach the broker' }
  if (link?.kind === 'unknown') return { kind: 'unknown', title: 'Connecting to the broker' }
  if (crew?.kind === 'critical') return { kind: 'critical', title: 'Connected, but no worker is heard' }
  return { kind: by.get('events')?.kind ?? 'unknown', title: `${crew?.title ?? 'Workers are heard'}, but no task yet` }
}
