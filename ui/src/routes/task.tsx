export function TaskRoute() {
  return null
}
