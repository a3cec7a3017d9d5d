export function WorkersRoute() {
  return null
}
