import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { isSignedOut } from '../api/request.ts'
import { speak } from '../i18n/start-i18n.ts'
import { meQuery } from '../session/me-query.ts'
import { profileQuery } from '../session/profile-query.ts'
import { setSessionHint } from '../session/session-hint.ts'
import { lastWorkspaceId } from '../workspace/last-workspace.ts'
import { workspacesQuery } from '../workspace/workspaces-query.ts'
import type { PageContext } from './page-context.ts'
import { rootRoute } from './root-route.tsx'

/** Above every page that needs somebody to be signed in. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      await recognise(context)
    } catch (error) {
      if (isSignedOut(error)) redirect({ to: '/sign-in', search: { next: location.href }, replace: true, throw: true })
      throw error
    }
  },
  component: lazyRouteComponent(() => import('../shell/signed-in-layout.tsx'), 'SignedInLayout'),
})

async function recognise({ queryClient }: PageContext): Promise<void> {
  const isKnown = queryClient.getQueryData(profileQuery.queryKey) !== undefined
  const [profile] = await Promise.all([queryClient.ensureQueryData(profileQuery), queryClient.ensureQueryData(meQuery)])
  if (isKnown) return
  setSessionHint(true) // a provider leads back here without the sign-in page
  await speak(profile.locale)
}

/** The pages that belong to no workspace. */
export const plainRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: 'plain',
  component: lazyRouteComponent(() => import('../shell/plain-frame.tsx'), 'PlainFrame'),
})

/** Leads to where the person was last. */
export const startRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: async ({ context: { queryClient } }) => {
    const workspaces = await queryClient.ensureQueryData(workspacesQuery)
    const last = lastWorkspaceId()
    const workspaceId = (workspaces.find(({ id }) => id === last) ?? workspaces.at(0))?.id
    if (workspaceId === undefined) redirect({ to: '/workspaces', replace: true, throw: true })
    else redirect({ to: '/w/$workspaceId', params: { workspaceId }, replace: true, throw: true })
  },
})
