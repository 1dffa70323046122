import type { QueryClient } from '@tanstack/react-query'
import i18next from 'i18next'
import { endSessionHere } from '../session/end-session-here.ts'
import { hasSessionHint, setSessionHint } from '../session/session-hint.ts'
import { isEntryPath } from './entry-paths.ts'
import type { PagePlace } from './page-place.ts'

export interface PageParts {
  readonly queryClient: QueryClient
  readonly place: PagePlace
}

/** After any request was told that nobody is signed in: to the sign-in page, and from there back to here. */
export async function leaveWhenSignedOut({ queryClient, place }: PageParts): Promise<void> {
  if (!hasSessionHint()) return // nobody was: the route that needs a session leads to the sign-in page by itself
  const { href, pathname } = place.here
  if (isEntryPath(pathname)) {
    setSessionHint(false)
    return
  }
  await endSessionHere({
    queryClient,
    notice: { kind: 'important', text: i18next.t('live.sessionEnded', { ns: 'workspace' }) },
    goToSignIn: () => place.goToSignIn(href),
  })
}
