import type { QueryClient } from '@tanstack/react-query'
import { createRouter } from '@tanstack/react-router'
import { NotFoundPage } from '../shell/not-found-page.tsx'
import { RoutePending } from '../shell/route-pending.tsx'
import { RouteProblem } from '../shell/route-problem.tsx'
import { accountRoute, accountRoutes } from './account-routes.tsx'
import { entryRoutes } from './entry-routes.tsx'
import { rootRoute } from './root-route.tsx'
import { plainRoute, signedInRoute, startRoute } from './signed-in-route.tsx'
import { workspacePages, workspaceRoute, workspacesRoutes } from './workspace-routes.tsx'

const routeTree = rootRoute.addChildren([
  ...entryRoutes,
  signedInRoute.addChildren([
    startRoute,
    plainRoute.addChildren([...workspacesRoutes, accountRoute.addChildren(accountRoutes)]),
    workspaceRoute.addChildren(workspacePages),
  ]),
])

export function createPageRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0, // what is fresh enough is known to the queries
    defaultPendingMs: 250,
    defaultPendingComponent: RoutePending,
    defaultErrorComponent: RouteProblem,
    defaultNotFoundComponent: () => <NotFoundPage />,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>
  }
}
