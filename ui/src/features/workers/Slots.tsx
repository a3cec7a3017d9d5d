const most = 40

/** A block a slot: filled busy, hollow free, faint when off. Many slots are one bar. */
export function Slots({ slots, busy, isOff = false }: { slots: number; busy: number; isOff?: boolean }) {
  if (slots > most)
    return (
      <span className="meter running slots-bar" aria-hidden="true">
        <i style={{ width: `${isOff ? 0 : Math.min(1, busy / slots) * 100}%` }} />
      </span>
    )
  return (
    <span className="slots" aria-hidden="true">
      {Array.from({ length: slots }, (_, index) => (
        <i key={index} className={isOff ? 'x' : index < busy ? 'b' : undefined} />
      ))}
    </span>
  )
}
