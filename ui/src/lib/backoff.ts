/** Seconds before try number `attempt` (from 1): doubled, capped, and spread so that readers do not come at once. */
export function backoff(attempt: number, random: () => number = Math.random, cap = 15): number {
  const ceiling = Math.min(cap, 2 ** Math.max(0, attempt - 1))
  return ceiling / 2 + (random() * ceiling) / 2
}
