import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { membersQuery } from '../workspace/members-query.ts'
import { isAdmin } from '../workspace/permissions.ts'
import { workspaceQuery } from '../workspace/workspace-query.ts'
import { workspacesQuery } from '../workspace/workspaces-query.ts'
import type { PageContext } from './page-context.ts'
import { plainRoute, signedInRoute } from './signed-in-route.tsx'

const list = createRoute({
  getParentRoute: () => plainRoute,
  path: '/workspaces',
  loader: ({ context: { queryClient } }) => void queryClient.prefetchQuery(workspacesQuery), // the page waits for it
  component: lazyRouteComponent(() => import('../features/workspaces/workspaces-page.tsx'), 'WorkspacesPage'),
})

const creation = createRoute({
  getParentRoute: () => plainRoute,
  path: '/workspaces/new',
  component: lazyRouteComponent(() => import('../features/workspaces/new-workspace-page.tsx'), 'NewWorkspacePage'),
})

export const workspacesRoutes = [list, creation] as const

export const workspaceRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/w/$workspaceId',
  beforeLoad: ({ context: { queryClient }, params }) => queryClient.ensureQueryData(workspaceQuery(params.workspaceId)),
  loader: ({ context: { queryClient } }) => void queryClient.prefetchQuery(workspacesQuery), // the page waits for it
  component: lazyRouteComponent(() => import('../shell/workspace-frame.tsx'), 'WorkspaceFrame'),
})

interface Arrival {
  readonly context: PageContext
  readonly params: { readonly workspaceId: string }
}

/** Whose role has just become too low is shown the home page instead. */
async function requireAdmin({ context: { queryClient }, params }: Arrival): Promise<void> {
  const { role } = await queryClient.ensureQueryData(workspaceQuery(params.workspaceId))
  if (!isAdmin(role)) redirect({ to: '/w/$workspaceId', params, replace: true, throw: true })
}

function loadMembers({ context: { queryClient }, params }: Arrival): void {
  void queryClient.prefetchQuery(membersQuery(params.workspaceId)) // the page shows itself meanwhile, and what went wrong
}

const home = createRoute({
  getParentRoute: () => workspaceRoute,
  path: '/',
  loader: loadMembers,
  component: lazyRouteComponent(() => import('../features/home/home-page.tsx'), 'HomePage'),
})

const members = createRoute({
  getParentRoute: () => workspaceRoute,
  path: '/members',
  loader: loadMembers,
  component: lazyRouteComponent(() => import('../features/members/members-page.tsx'), 'MembersPage'),
})

const invitations = createRoute({
  getParentRoute: () => workspaceRoute,
  path: '/invitations',
  beforeLoad: requireAdmin,
  component: lazyRouteComponent(() => import('../features/invitations/invitations-page.tsx'), 'InvitationsPage'),
})

const settings = createRoute({
  getParentRoute: () => workspaceRoute,
  path: '/settings',
  component: lazyRouteComponent(
    () => import('../features/workspace-settings/workspace-settings-page.tsx'),
    'WorkspaceSettingsPage',
  ),
})

const log = createRoute({
  getParentRoute: () => workspaceRoute,
  path: '/log',
  beforeLoad: requireAdmin,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
})

export const workspacePages = [home, members, invitations, settings, log] as const
