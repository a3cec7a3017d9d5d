import { Dialog } from '@/components/Dialog'

const lines = [
  ['rate limit', 'both words, anywhere: name, id, arguments, result, exception'],
  ['"rate limit"', 'these words together'],
  ['state:failure,retry', 'one of several'],
  ['is:lost', 'nobody runs it, and nobody knows its end'],
  ['name:campaigns.*', 'any rest'],
  ['-worker:celery@old', 'not'],
  ['runtime:>5s', 'longer than; also wait, retries'],
  ['received:>-2h', 'in the last two hours; also started, finished'],
  ['after:17:20 before:18:00', 'received between'],
  ['kwargs.escalation_id:789', 'one argument by its name'],
  ['state:failure (name:a OR name:b)', 'either; parentheses group'],
  ['root:id, parent:id', 'what belongs together'],
] as const

export function SearchHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="How to search" onClose={onClose}>
      <p>Words and conditions that stand side by side must all be true.</p>
      <dl className="syntax mt12">
        {lines.map(([text, meaning]) => (
          <Line key={text} text={text} meaning={meaning} />
        ))}
      </dl>
    </Dialog>
  )
}

function Line({ text, meaning }: { text: string; meaning: string }) {
  return (
    <>
      <dt>
        <code>{text}</code>
      </dt>
      <dd>{meaning}</dd>
    </>
  )
}
