import { shortId } from './text'

/** One event as the server tells it; `tests/model/lines.json` is the table for both sides. */
export interface LineParts {
  worker: string
  task_id: string | null
  name: string | null
  verb: string
  rest: string
}

/** The line without its time: `Task send_customer_sms[abc123de] succeeded in 2.1s`. */
export const lineText = ({ worker, task_id: id, name, verb, rest }: LineParts): string => (id === null ? `Worker ${worker} ${verb}${rest}` : `Task ${name ?? '(unknown)'}[${shortId(id)}] ${verb}${rest}`)
