import type { TaskTypeRow } from '@/api/attention'

const rank = ({ success, avg }: TaskTypeRow): number => (success === 'critical' ? 0 : success === 'warning' ? 1 : avg === 'critical' || avg === 'warning' ? 2 : 3)

/** Worst first: by the judgement, then by how many failed, then by how many ended. */
export const worstFirst = (rows: readonly TaskTypeRow[]): TaskTypeRow[] => rows.toSorted((a, b) => rank(a) - rank(b) || b.failed - a.failed || b.ended - a.ended || b.running - a.running || a.name.localeCompare(b.name))
