export interface Frame {
  kind: 'frame'
  file: string
  line: number
  name: string
  source: string[]
  own: boolean
  module: string
}

/** Between chained exceptions: what ended the part above, and how the next one came from it. */
export interface Link {
  kind: 'link'
  text: string
}

export interface Traceback {
  items: (Frame | Link)[]
  /** The last line: the exception with its class. */
  last: string
}

const frameLine = /^\s*File "(.+)", line (\d+)(?:, in (.+))?$/
const library = /(?:^|[/\\])(?:site-packages|dist-packages|lib[/\\]python\d[\d.]*)[/\\]|^<frozen|(?:^|[/\\])python\d+\.zip/
const bridges = ['The above exception was the direct cause', 'During handling of the above exception']

function moduleOf(file: string): string {
  const inside = file.split(/(?:site-packages|dist-packages|lib[/\\]python[\d.]+)[/\\]/).at(-1) ?? file
  return inside.replace(/\.py$/, '').replace(/[/\\]__init__$/, '').replace(/^[/\\]+/, '').replace(/[/\\]/g, '.')
}

const marks = /^[\s~^]*[~^][\s~^]*$/

/** Reads CPython's traceback text; null where it has none of its frames (a group of exceptions, another language). */
export function parseTraceback(text: string): Traceback | null {
  const items: (Frame | Link)[] = []
  const rest: string[] = []
  let open: Frame | null = null
  for (const line of text.split(/\r?\n/)) {
    const found = frameLine.exec(line)
    if (found) {
      const [, file = '', number = '0', name = ''] = found
      open = { kind: 'frame', file, line: Number(number), name, source: [], own: !library.test(file), module: moduleOf(file) }
      items.push(open)
    } else if (bridges.some((b) => line.startsWith(b))) {
      items.push({ kind: 'link', text: [rest.join('\n').trim(), line].filter(Boolean).join('\n') })
      rest.length = 0
      open = null
    } else if (open && /^\s{2,}/.test(line)) {
      if (!marks.test(line)) open.source.push(line.replace(/^ {4}/, ''))
    } else if (line.trim() !== '' && !line.startsWith('Traceback (most recent call last)')) {
      open = null
      rest.push(line)
    }
  }
  if (!items.some((item) => item.kind === 'frame')) return null
  claimInstalledCode(items)
  return { items, last: rest.join('\n').trim() }
}

const runners = new Set(['celery', 'kombu', 'billiard'])
const packageOf = (frame: Frame): string => frame.module.split('.')[0] ?? ''

/** An application that was installed as a package stands among the libraries: it is the one that Celery calls first. */
function claimInstalledCode(items: (Frame | Link)[]): void {
  const frames = items.filter((item) => item.kind === 'frame')
  const first = frames.find((frame) => !runners.has(packageOf(frame)))
  if (!first || first.own) return
  for (const frame of frames) if (packageOf(frame) === packageOf(first)) frame.own = true
}

export type Fold = { kind: 'fold'; frames: Frame[] } | Frame | Link

/** Folds neighbouring frames of libraries, so that the application's own code stands out. */
export function foldLibraries(items: (Frame | Link)[]): Fold[] {
  const out: Fold[] = []
  for (const item of items) {
    const before = out.at(-1)
    if (item.kind !== 'frame' || item.own) out.push(item)
    else if (before?.kind === 'fold') before.frames.push(item)
    else out.push({ kind: 'fold', frames: [item] })
  }
  return out
}
