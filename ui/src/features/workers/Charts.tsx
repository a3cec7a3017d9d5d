import type { WorkerDetail, WorkerHistory } from '@/api/workers'
import { TimeChart } from '@/components/chart/TimeChart'
import type { ChartMark, TimeAxis } from '@/components/chart/types'
import { bytes, whole } from '@/lib/count'

import { steps } from './steps'

const last = (values: readonly (number | null)[]): number | null => values.findLast((value) => value !== null) ?? null
const seconds = (iso: string): number => Date.parse(iso) / 1000

function restarts({ processes }: WorkerDetail, { since, until }: TimeAxis): ChartMark[] {
  return processes
    .slice(1)
    .map(({ pid, started_at: at }) => ({ at: seconds(at), label: 'restart', detail: `Process ${pid} began` }))
    .filter(({ at }) => at >= since && at <= until)
}

const cores = (value: number): string => `${Math.round(value * 100)} %`
const plain = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value))

/** How a worker was: what it held, what it did, and what it took of its host. */
export function Charts({ detail, history, note }: { detail: WorkerDetail; history: WorkerHistory; note: string }) {
  const { axis, level, perMinute } = steps(history)
  const { active, slots, done, cpu, memory_bytes: memory, load } = history.points
  const marks = restarts(detail, axis)
  const hasCpu = history.cpu_from !== null && cpu.some((value) => value !== null)
  const newest = { active: last(active), memory: last(memory), cpu: last(cpu), load: last(load) }
  return (
    <div className="grid g-2 sec">
      <TimeChart title="Running" note={note} label={`Tasks that it ran over ${note}, now ${newest.active ?? 'unknown'}.`} axis={axis} marks={marks} curves={[{ name: 'running', look: 'second', values: level(active) }, { name: 'slots', look: 'dashed', values: level(slots) }]} write={plain} height={132} />
      <TimeChart title="Tasks a minute" note={note} label={`Tasks that it took a minute, over ${note}.`} axis={axis} marks={marks} curves={[{ name: 'taken', look: 'ink', values: perMinute(done) }]} write={plain} height={132} />
      <TimeChart
        title="Memory"
        note={history.memory_from === 'agent' ? note : history.memory_from === 'peak' ? 'the most its process had so far' : 'the most its main process had so far'}
        label={`Memory over ${note}, now ${newest.memory === null ? 'unknown' : bytes(newest.memory)}.`}
        axis={axis}
        marks={marks}
        curves={[{ name: 'memory', look: 'ink', values: level(memory) }]}
        write={bytes}
        height={132}
      />
      {hasCpu ? (
        <TimeChart title="CPU" note={history.cpu_from === 'agent' ? 'of all its processes, by one core' : 'of one core'} label={`Share of the CPU over ${note}, now ${newest.cpu === null ? 'unknown' : cores(newest.cpu)}.`} axis={axis} marks={marks} curves={[{ name: 'CPU', look: 'ink', values: level(cpu) }]} write={cores} height={132} />
      ) : (
        <TimeChart title="Load of its host" note="over 1 minute" label={`Load of its host over ${note}, now ${newest.load ?? 'unknown'}.`} axis={axis} marks={marks} curves={[{ name: 'load', look: 'ink', values: level(load) }]} write={(value) => value.toFixed(2)} height={132} />
      )}
    </div>
  )
}
