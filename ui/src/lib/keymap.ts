/** The one table that binds keys and documents them. A space between keys means one after the other. */
export const keymap = {
  palette: { keys: ['Ctrl k', 'Meta k'], label: 'search, jump, do' },
  search: { keys: ['/'], label: 'search this page' },
  help: { keys: ['?'], label: 'all keys' },
  goOverview: { keys: ['g o'], label: 'overview' },
  goTasks: { keys: ['g t'], label: 'tasks' },
  goFailures: { keys: ['g f'], label: 'failures' },
  goMonitor: { keys: ['g m'], label: 'monitor' },
  goQueues: { keys: ['g q'], label: 'queues' },
  goWorkers: { keys: ['g w'], label: 'workers' },
  goSettings: { keys: ['g ,'], label: 'settings' },
  goSelf: { keys: ['g u'], label: 'Umbel itself' },
  next: { keys: ['j'], label: 'next row' },
  previous: { keys: ['k'], label: 'previous row' },
  open: { keys: ['Enter'], label: 'open' },
  select: { keys: ['x'], label: 'select a row' },
  letGo: { keys: ['Escape'], label: 'close, clear, let go' },
  pause: { keys: [' '], label: 'pause and go on' },
  showNew: { keys: ['.'], label: 'show what is new' },
  theme: { keys: ['t'], label: 'theme' },
  density: { keys: ['d'], label: 'density' },
  utc: { keys: ['u'], label: 'UTC or browser time' },
} as const

export type Action = keyof typeof keymap

const names: Record<string, string> = { Escape: 'Esc', ' ': 'Space', k: 'k' }

/** The caps to draw for a binding: `g t` -> g, t. */
export const caps = (action: Action): string[] => {
  const binding: string = keymap[action].keys[0]
  return binding === ' ' ? ['Space'] : binding.split(' ').map((key) => (binding.startsWith('Ctrl') ? key.replace('k', 'K') : (names[key] ?? key)))
}
