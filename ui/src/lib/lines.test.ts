import { expect, it } from 'vitest'

import table from '../../../tests/model/lines.json'

import { lineText } from './lines'

it('writes lines as the server and the command line do', () => {
  for (const row of table) {
    if (row.text === null) continue
    const isWorker = row.event.type.startsWith('worker-')
    expect(lineText({ worker: 'mail@app-01', task_id: isWorker ? null : 'abc12345-0000', name: 'shop.send_sms', verb: row.verb, rest: row.rest })).toBe(row.text)
  }
})
