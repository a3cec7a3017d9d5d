import { describe, expect, it } from 'vitest'

import { foldLibraries, parseTraceback } from './traceback'

const text = `Traceback (most recent call last):
  File "/usr/lib/python3.12/site-packages/celery/app/trace.py", line 453, in trace_task
    R = retval = fun(*args, **kwargs)
                 ~~~^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.12/site-packages/celery/app/trace.py", line 736, in __protected_call__
    return self.run(*args, **kwargs)
  File "/srv/app/tasks.py", line 88, in send
    client.send(to)
KeyError: 'to'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/tasks.py", line 90, in send
    raise ValueError("no number") from None
ValueError: no number
`

describe('parseTraceback', () => {
  it('reads frames, code without its marks, chained parts and the last line', () => {
    const parsed = parseTraceback(text)
    expect(parsed?.items.map((item) => (item.kind === 'frame' ? `${item.name}:${item.line}` : 'link'))).toEqual(['trace_task:453', '__protected_call__:736', 'send:88', 'link', 'send:90'])
    expect(parsed?.last).toBe('ValueError: no number')
    const [first] = parsed?.items ?? []
    expect(first).toMatchObject({ own: false, module: 'celery.app.trace', source: ['R = retval = fun(*args, **kwargs)'] })
  })

  it('folds neighbouring frames of libraries', () => {
    const folded = foldLibraries(parseTraceback(text)?.items ?? [])
    expect(folded.map(({ kind }) => kind)).toEqual(['fold', 'frame', 'link', 'frame'])
  })

  it('takes an application that was installed as a package for own code', () => {
    const installed = text.replaceAll('/srv/app/tasks.py', '/usr/lib/python3.12/site-packages/shop/tasks.py')
    const own = parseTraceback(installed)?.items.flatMap((item) => (item.kind === 'frame' ? [item.own] : []))
    expect(own).toEqual([false, false, true, true])
  })

  it('leaves what is no Python traceback to be shown as text', () => {
    expect(parseTraceback('java.lang.Exception\n\tat Main.main')).toBeNull()
    expect(parseTraceback('')).toBeNull()
  })
})
