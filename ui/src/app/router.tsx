import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'

import { isSort, type Sort } from '@/api/types'
import { basePath } from '@/lib/base'
import { rangeSearch, type RangeSearch } from '@/lib/range'

import { Broken } from './Gate'
import { Lost } from './Lost'
import { parseSearch, stringifySearch } from './search-parameters'
import { Shell } from './Shell'

export interface TasksSearch extends RangeSearch {
  search?: string | undefined
  view?: string | undefined
  sort?: Sort | undefined
  columns?: string | undefined
}

export interface MonitorSearch {
  search?: string | undefined
  /** Kinds of lines that are not shown; `none` where all are. */
  hide?: string | undefined
}

export interface FailuresSearch {
  show?: 'ignored' | 'resolved' | undefined
  group?: string | undefined
}

export interface WorkersSearch {
  by?: 'host' | 'flat' | undefined
  all?: 'yes' | undefined
}

export interface WorkerSearch {
  span?: '24h' | '7d' | undefined
}

export interface QueuesSearch {
  open?: string | undefined
  find?: string | undefined
  sort?: 'name' | 'waiting' | 'oldest' | 'in' | 'out' | undefined
}

const queueSorts = ['name', 'waiting', 'oldest', 'in', 'out'] as const

export interface SchedulesSearch {
  find?: string | undefined
  entries?: 'troubled' | 'archived' | undefined
  order?: 'name' | 'next' | undefined
}

const root = createRootRoute({ component: Shell, notFoundComponent: Lost })

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (given: Record<string, unknown>): RangeSearch => rangeSearch(given),
  component: lazyRouteComponent(() => import('@/routes/overview'), 'OverviewRoute'),
})

const taskTypes = createRoute({
  getParentRoute: () => root,
  path: '/task-types',
  validateSearch: (given: Record<string, unknown>): RangeSearch => rangeSearch(given),
  component: lazyRouteComponent(() => import('@/routes/task-types'), 'TaskTypesRoute'),
})

const taskType = createRoute({
  getParentRoute: () => root,
  path: '/task-types/$name',
  validateSearch: (given: Record<string, unknown>): RangeSearch => rangeSearch(given),
  component: lazyRouteComponent(() => import('@/routes/task-type'), 'TaskTypeRoute'),
})

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const tasks = createRoute({
  getParentRoute: () => root,
  path: '/tasks',
  validateSearch: (given: Record<string, unknown>): TasksSearch => ({ search: text(given.search), sort: isSort(given.sort) ? given.sort : undefined, columns: text(given.columns), view: text(given.view), ...rangeSearch(given) }),
  component: lazyRouteComponent(() => import('@/routes/tasks'), 'TasksRoute'),
})

const task = createRoute({
  getParentRoute: () => root,
  path: '/tasks/$id',
  component: lazyRouteComponent(() => import('@/routes/task'), 'TaskRoute'),
})

const monitor = createRoute({
  getParentRoute: () => root,
  path: '/monitor',
  validateSearch: (given: Record<string, unknown>): MonitorSearch => ({ search: text(given.search), hide: text(given.hide) }),
  component: lazyRouteComponent(() => import('@/routes/monitor'), 'MonitorRoute'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/routes/settings'), 'SettingsRoute'),
})

const workflow = createRoute({
  getParentRoute: () => root,
  path: '/workflow/$id',
  component: lazyRouteComponent(() => import('@/routes/workflow'), 'WorkflowRoute'),
})

const failures = createRoute({
  getParentRoute: () => root,
  path: '/failures',
  validateSearch: (given: Record<string, unknown>): FailuresSearch => ({ show: given.show === 'ignored' || given.show === 'resolved' ? given.show : undefined, group: text(given.group) }),
  component: lazyRouteComponent(() => import('@/routes/failures'), 'FailuresRoute'),
})

const failure = createRoute({
  getParentRoute: () => root,
  path: '/failures/$id',
  component: lazyRouteComponent(() => import('@/routes/failure'), 'FailureRoute'),
})

const workers = createRoute({
  getParentRoute: () => root,
  path: '/workers',
  validateSearch: (given: Record<string, unknown>): WorkersSearch => ({ by: given.by === 'host' || given.by === 'flat' ? given.by : undefined, all: given.all === 'yes' ? 'yes' : undefined }),
  component: lazyRouteComponent(() => import('@/routes/workers'), 'WorkersRoute'),
})

const worker = createRoute({
  getParentRoute: () => root,
  path: '/workers/$name',
  validateSearch: (given: Record<string, unknown>): WorkerSearch => ({ span: given.span === '24h' || given.span === '7d' ? given.span : undefined }),
  component: lazyRouteComponent(() => import('@/routes/worker'), 'WorkerRoute'),
})

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  component: lazyRouteComponent(() => import('@/routes/audit'), 'AuditRoute'),
})

const queues = createRoute({
  getParentRoute: () => root,
  path: '/queues',
  validateSearch: (given: Record<string, unknown>): QueuesSearch => ({ open: text(given.open), find: text(given.find), sort: queueSorts.find((sort) => sort === given.sort) }),
  component: lazyRouteComponent(() => import('@/routes/queues'), 'QueuesRoute'),
})

const queue = createRoute({
  getParentRoute: () => root,
  path: '/queues/$name',
  validateSearch: (given: Record<string, unknown>): RangeSearch => rangeSearch(given),
  component: lazyRouteComponent(() => import('@/routes/queue'), 'QueueRoute'),
})

const broker = createRoute({
  getParentRoute: () => root,
  path: '/broker',
  validateSearch: (given: Record<string, unknown>): RangeSearch => rangeSearch(given),
  component: lazyRouteComponent(() => import('@/routes/broker'), 'BrokerRoute'),
})

const schedules = createRoute({
  getParentRoute: () => root,
  path: '/schedules',
  validateSearch: (given: Record<string, unknown>): SchedulesSearch => ({ find: text(given.find), entries: given.entries === 'troubled' || given.entries === 'archived' ? given.entries : undefined, order: given.order === 'name' || given.order === 'next' ? given.order : undefined }),
  component: lazyRouteComponent(() => import('@/routes/schedules'), 'SchedulesRoute'),
})

const schedule = createRoute({
  getParentRoute: () => root,
  path: '/schedules/$id',
  component: lazyRouteComponent(() => import('@/routes/schedule'), 'ScheduleRoute'),
})

const self = createRoute({
  getParentRoute: () => root,
  path: '/self',
  component: lazyRouteComponent(() => import('@/routes/self'), 'SelfRoute'),
})

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren([workflow, settings, schedules, schedule, taskTypes, taskType, monitor, audit, failures, failure, start, tasks, task, workers, worker, queues, queue, broker, self]),
    basepath: basePath(),
    defaultPreload: 'intent',
    defaultErrorComponent: Broken,
    scrollRestoration: true,
    parseSearch,
    stringifySearch,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
