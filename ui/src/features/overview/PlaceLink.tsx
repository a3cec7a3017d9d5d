import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { Place } from './words'

/** A link to where the evidence is. */
export function PlaceLink({ place, className, children }: { place: Place; className?: string; children: ReactNode }) {
  switch (place.to) {
    case '/tasks':
      return (
        <Link className={className} to="/tasks" search={{ search: place.search }}>
          {children}
        </Link>
      )
    case '/task-types/$name':
    case '/workers/$name':
    case '/queues/$name':
      return (
        <Link className={className} to={place.to} params={{ name: place.name }}>
          {children}
        </Link>
      )
    default:
      return (
        <Link className={className} to={place.to}>
          {children}
        </Link>
      )
  }
}
