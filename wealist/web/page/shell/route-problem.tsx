import { isAppError } from '@portolan/errors'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { ProblemState } from '../ui/problem-state.tsx'
import { BareFrame } from './bare-frame.tsx'
import { NotFoundPage } from './not-found-page.tsx'

/** In place of a page that cannot be shown. */
export function RouteProblem({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  if (isMissing(error)) return <NotFoundPage error={error} />
  const retry = () => {
    reset()
    void router.invalidate() // what goes wrong again is shown here again
  }
  return (
    <BareFrame>
      <ProblemState isPage error={error} onRetry={retry} />
    </BareFrame>
  )
}

/** An address with an id that nobody has, or whose workspace is none of the reader's business. */
function isMissing(error: unknown): boolean {
  return isAppError(error) && (error.status === 404 || error.code === 'SERVICE_REQUEST_INVALID')
}
