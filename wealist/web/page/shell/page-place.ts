import type { AnyRouter } from '@tanstack/react-router'

/** Where the page is, and how it is led elsewhere: what news from the services need of the router. */
export interface PagePlace {
  /** Where it is going, or else is. */
  readonly here: { readonly href: string; readonly pathname: string }
  /** With the query that leads back. */
  goToSignIn(next: string): Promise<void>
  goToWorkspaces(): Promise<void>
  /** Has every route look again at whether its page may be seen. */
  lookAgain(): Promise<void>
}

export function placeOf(router: AnyRouter): PagePlace {
  return {
    get here() {
      return router.latestLocation
    },
    goToSignIn: (next) => router.navigate({ to: '/sign-in', search: { next } }),
    goToWorkspaces: () => router.navigate({ to: '/workspaces', replace: true }),
    lookAgain: () => router.invalidate(),
  }
}
