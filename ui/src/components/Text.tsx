import { harmless, oneLine, splitName } from '@/lib/text'

/** Text that a task brought, in one line: isolated, cut, and with its control characters shown. */
export function Line({ text, limit }: { text: string; limit?: number }) {
  return <bdi>{oneLine(text, limit)}</bdi>
}

/** Text that a task brought, in full, with its line breaks. */
export function Block({ text }: { text: string }) {
  return <bdi>{harmless(text)}</bdi>
}

/** A task's name: the module gives way first, the last part is never cut. */
export function TaskName({ name }: { name: string | null | undefined }) {
  if (name == null || name === '') return <Unknown why="No event of this task told its name" />
  const { module, last } = splitName(oneLine(name))
  return (
    <bdi className="tn" title={oneLine(name)}>
      {module && <span className="mod">{module}</span>}
      <span className="last">{last}</span>
    </bdi>
  )
}

/** Unknown is never 0: a dash, with its reason on hover. */
export function Unknown({ why }: { why: string }) {
  return (
    <span className="unk" title={why}>
      —<span className="vh">{` (unknown: ${why})`}</span>
    </span>
  )
}
