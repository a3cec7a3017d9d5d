import { ChevronRight } from 'lucide-react'

import type { AuditEntry } from '@/api/commands'
import { Glyph } from '@/components/Glyph'
import { Line } from '@/components/Text'
import { Time } from '@/components/Time'

import { Replies } from './Replies'
import { glyphOf, wordOf } from './words'

import './actions.css'

/** Who did what, newest first; each entry opens to what was answered. */
export const AuditTable = ({ entries }: { entries: AuditEntry[] }) => (
  <ul className="audit panel">
    {entries.map((entry) => (
      <li key={entry.number}>
        <details>
          <summary>
            <ChevronRight className="i turn" aria-hidden="true" />
            <span className="at">
              <Time at={entry.at} precision="second" />
            </span>
            <span className="who ell fw5 ink">
              <Line text={entry.who} limit={80} />
            </span>
            <span className="what ell">
              <Line text={entry.what} limit={200} />
              {entry.command !== 'revoke' && entry.command !== 'terminate' && entry.command !== 'abort' && (
                <>
                  {' '}
                  <span className="dim">·</span> <Line text={entry.target} limit={120} />
                </>
              )}
            </span>
            <span className="came nw">
              <Glyph kind={glyphOf(entry.outcome)} /> {wordOf(entry.outcome)}
            </span>
          </summary>
          <div className="more">
            <p>
              {entry.why ? (
                <>
                  Why: <Line text={entry.why} limit={2000} />
                </>
              ) : (
                <span className="dim">No reason was given.</span>
              )}
            </p>
            <Replies entry={entry} />
          </div>
        </details>
      </li>
    ))}
  </ul>
)
