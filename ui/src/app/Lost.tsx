import { Link } from '@tanstack/react-router'

import { Answer, usePageTitle } from '@/components/Page'

export function Lost() {
  usePageTitle('No such page, Umbel')
  return (
    <>
      <Answer glyph="unknown" title="There is no such page">
        The address may be mistyped, or from another version.
      </Answer>
      <p className="mt16">
        <Link className="btn" to="/">
          Overview
        </Link>{' '}
        <Link className="btn" to="/tasks">
          Tasks
        </Link>{' '}
        <Link className="btn" to="/workers">
          Workers
        </Link>
      </p>
    </>
  )
}
