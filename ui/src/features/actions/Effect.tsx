import type { CommandPreview } from '@/api/commands'
import { Line } from '@/components/Text'
import { sentenceOf } from '@/lib/text'

/** What the server says that it will do; a refusal stands in its place. */
export function Effect({ preview, error, waiting }: { preview: CommandPreview | undefined; error: Error | null; waiting: boolean }) {
  return (
    <div className="says mt12" aria-live="polite">
      {error ? (
        <p className="c-failure">
          <Line text={sentenceOf(error.message)} limit={400} />
        </p>
      ) : preview ? (
        <>
          {preview.effect.map((line, index) => (
            <p key={line} className={index === 0 ? 'ink' : ''}>
              <Line text={line} limit={400} />
            </p>
          ))}
          {preview.refused.map(({ worker, text }) => (
            <p key={worker}>
              Left out: <b className="fw5"><Line text={worker} limit={120} /></b>, <Line text={text} limit={300} />.
            </p>
          ))}
        </>
      ) : (
        <p>{waiting ? 'Fill in what is asked for.' : 'Asking the workers …'}</p>
      )}
    </div>
  )
}
