import type { WorkerDetail } from '@/api/workers'
import { Glyph } from '@/components/Glyph'
import { Line, Unknown } from '@/components/Text'
import { Age } from '@/components/Time'
import { bytes, plural, whole } from '@/lib/count'

type Agent = NonNullable<WorkerDetail['agent']>

const kinds: Record<string, string> = { messages: 'reports of its pool', figures: 'measured runs', progress: 'steps of progress', arguments: 'arguments' }

/** What the agent had to let go, in words; null where that is nothing. */
export function droppedWords(dropped: Agent['dropped']): string | null {
  const said = Object.entries(dropped).flatMap(([kind, many]) => (many > 0 ? [`${whole(many)} ${kinds[kind] ?? kind}`] : []))
  return said.length === 0 ? null : said.join(', ')
}

const untold = 'The agent could not read it there'

/** The host of a worker as Umbel's agent reads it, and how well the agent itself does. */
export function AgentFacts({ agent }: { agent: Agent }) {
  const { host_cpu: cpu, host_cores: cores, host_memory_bytes: size, host_available_bytes: free, files } = agent
  const dropped = droppedWords(agent.dropped)
  return (
    <div className="panel mt16">
      <div className="sec-h">
        <h2>Its host</h2>
        <span className="note">
          by Umbel&apos;s agent, <Age at={agent.at} /> ago
        </span>
      </div>
      <div className="panel-b">
        <dl className="facts">
          <dt>CPU of all</dt>
          <dd>{cpu === null ? <Unknown why={untold} /> : `${Math.round(cpu * 100)} %${cores === null ? '' : ` of ${plural(cores, 'core')}`}`}</dd>
          <dt>Memory free</dt>
          <dd>{free === null ? <Unknown why={untold} /> : `${bytes(free)}${size === null ? '' : ` of ${bytes(size)}`}`}</dd>
          <dt>Processes</dt>
          <dd>{whole(agent.children_total + 1)}</dd>
          <dt>Open files</dt>
          <dd>{files === null ? <Unknown why={untold} /> : whole(files)}</dd>
        </dl>
        {dropped && (
          <div className="wk-chk">
            <Glyph kind="warning" />
            <span className="mid">The agent let go of {dropped}: more came than it may hold</span>
          </div>
        )}
        {agent.faults > 0 && (
          <div className="wk-chk">
            <Glyph kind="warning" />
            <span className="mid">
              The agent failed {agent.faults === 1 ? 'once' : `${whole(agent.faults)} times`}, tasks went on{agent.fault && <>: <Line text={agent.fault} limit={300} /></>}
            </span>
          </div>
        )}
      </div>
    </div>
  )
}
