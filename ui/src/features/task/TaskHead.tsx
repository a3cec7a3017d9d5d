import { Copy, MoreHorizontal } from 'lucide-react'
import type { ReactNode } from 'react'

import type { TaskDetail } from '@/api/types'
import { Glyph } from '@/components/Glyph'
import { ProgressBar } from '@/components/Meter'
import { Menu, MenuItem } from '@/components/Menu'
import { Answer } from '@/components/Page'
import { Line } from '@/components/Text'
import { Age, Time } from '@/components/Time'
import { useNow } from '@/lib/clock'
import { progress } from '@/lib/progress'
import { hasEnded, isLost, isRunning, stateLook } from '@/lib/states'
import { sentenceOf } from '@/lib/text'
import { copy } from '@/lib/toasts'

import { asCall, asCurl } from './copies'
import { LearntNote } from './LearntNote'
import { sentence } from './sentence'

function Ended({ task }: { task: TaskDetail }) {
  if (!task.finished_at || !hasEnded(task.state)) return null
  return (
    <>
      ended <Time at={task.finished_at} precision="second" />, <Age at={task.finished_at} /> ago.{task.state === 'FAILURE' && ' It will not be tried again.'}
    </>
  )
}

function Verdict({ task }: { task: TaskDetail }) {
  const { verdict } = task
  if (!verdict) return null
  const kind = verdict.severity === 'info' ? null : verdict.severity
  return (
    <div className={`banner mt16 ${kind ?? ''}`}>
      {isLost(verdict.code) ? <Glyph kind="lost" /> : kind && <Glyph kind={kind} />}
      <span>
        <Line text={sentenceOf(verdict.text)} limit={600} />
      </span>
    </div>
  )
}

/** `actions` are buttons beside Copy id: what can be done with it. */
export function TaskHead({ task, actions }: { task: TaskDetail; actions?: ReactNode }) {
  const now = useNow()
  const call = asCall(task)
  const told = isRunning(task.state) && !isLost(task.verdict?.code) ? progress(task.progress) : null
  return (
    <>
      <Answer
        glyph={stateLook(task.state, task.verdict?.code).kind}
        title={
          <bdi className="clamp">
            {sentence(task, now)}
          </bdi>
        }
        end={
          <div className="btns">
            {actions}
            <button type="button" className="btn" onClick={() => void copy(task.id, 'the id')}>
              <Copy className="i" />
              Copy id
            </button>
            <Menu
              label="Copy more"
              trigger={
                <button type="button" className="btn ico" aria-label="Copy more" title="Copy more">
                  <MoreHorizontal className="i" />
                </button>
              }
            >
              <MenuItem onSelect={() => void copy(JSON.stringify(task, null, 2), 'the task as JSON')}>Copy as JSON</MenuItem>
              <MenuItem onSelect={() => void copy(asCurl(task), 'the task as cURL')}>Copy as cURL</MenuItem>
              <MenuItem disabled={call === null} onSelect={() => void copy(call ?? '', 'the call')}>
                Copy as a Python call{call === null && ': its arguments are not known in full'}
              </MenuItem>
              <MenuItem onSelect={() => window.print()}>Print</MenuItem>
            </Menu>
          </div>
        }
      >
        <span className="fw5 ink">
          <Line text={task.name ?? 'unknown name'} limit={200} />
        </span>{' '}
        <code className="dim">
          <Line text={task.id} limit={200} />
        </code>{' '}
        <Ended task={task} />
      </Answer>
      {told && (
        <div className="bigprogress mt12">
          <ProgressBar value={told} width={240} />
        </div>
      )}
      <Verdict task={task} />
      {task.learnt_from && <LearntNote source={task.learnt_from} ended={hasEnded(task.state)} />}
    </>
  )
}
