import type { ReactNode } from 'react'

interface NilProps {
  icon: ReactNode
  title: string
  children?: ReactNode
  actions?: ReactNode
}

/** What stands where there is nothing to show: what was looked at, and what to do next. */
export function Nil({ icon, title, children, actions }: NilProps) {
  return (
    <div className="nil">
      {icon}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div className="acts">{actions}</div>}
    </div>
  )
}

/** The shape of what is to come, after 200 ms: a quick answer flashes nothing. */
export function Bones({ widths }: { widths: readonly number[] }) {
  return (
    <div className="bones" aria-busy="true" role="status">
      <span className="vh">Loading</span>
      {widths.map((width, index) => (
        <div className="bone" key={index}>
          <span className="sk" style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  )
}
