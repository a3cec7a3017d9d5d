import type { AuditEntry, CommandReply } from '@/api/commands'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { plural } from '@/lib/count'
import { sentenceOf } from '@/lib/text'

import { glyphOf, wordOf } from './words'

const shown = 50

/** What came of a command: one sentence, and each worker's answer or silence. */
export function Replies({ entry }: { entry: AuditEntry }) {
  const { replies } = entry
  return (
    <>
      <p className="ink fw5">
        <Line text={sentenceOf(entry.text)} limit={600} />
      </p>
      {replies.length > 0 && (
        <ul className="replies mt12">
          {replies.slice(0, shown).map((reply) => (
            <Row key={reply.worker} reply={reply} />
          ))}
        </ul>
      )}
      {replies.length > shown && <p className="dim mt8">{plural(replies.length - shown, 'more answer')} in the audit log.</p>}
    </>
  )
}

const Row = ({ reply }: { reply: CommandReply }) => (
  <li>
    <Glyph kind={glyphOf(reply.state)} />
    <span>
      <b className="fw5 ink">
        <Line text={reply.worker} limit={120} />
      </b>{' '}
      <span className="dim">{wordOf(reply.state)}:</span> <Line text={reply.text} limit={600} />
    </span>
  </li>
)
