import type { Memberships } from '../api/contract.ts'
import { afterMutations } from '../session/after-mutations.ts'
import type { LiveListener } from '../session/live-connection.ts'
import { meQuery } from '../session/me-query.ts'
import { workspaceQuery } from '../workspace/workspace-query.ts'
import { workspacesQuery } from '../workspace/workspaces-query.ts'
import { leaveWhenSignedOut, type PageParts } from './leave-when-signed-out.ts'
import { throwOut } from './throw-out.ts'

export interface LiveListenerOptions extends PageParts {
  /** The one that the page shows. */
  readonly workspaceId: string | undefined
  readonly onState: LiveListener['onState']
}

/** What the news of the event stream does to the page: it makes what is cached true again, or leaves. */
export function liveListener({ queryClient, place, workspaceId, onState }: LiveListenerOptions): LiveListener {
  const parts = { queryClient, place }
  const refresh = (id: string) =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey }),
      queryClient.invalidateQueries({ queryKey: workspaceQuery(id).queryKey }),
    ])
  const lose = (id: string) => afterMutations(queryClient, () => void throwOut(parts, id))
  let hasBegun = false
  return {
    onState,
    onMemberships(event) {
      const isFirst = !hasBegun
      hasBegun = true
      if (workspaceId !== undefined && !isIn(event, workspaceId)) lose(workspaceId)
      else if (!isFirst || !isAsCached(event, queryClient.getQueryData(workspacesQuery.queryKey))) {
        void refresh(workspaceId ?? '') // something may have been missed
      }
    },
    onMembershipChanged({ workspaceId: changedId, userId, role }) {
      const isOwn = userId === queryClient.getQueryData(meQuery.queryKey)?.id
      if (isOwn && role === null) return lose(changedId)
      // A page that the new role may not see leads away when its route looks at the role again.
      void refresh(changedId).then(() => (isOwn ? place.lookAgain() : undefined))
    },
    onSessionEnded() {
      afterMutations(queryClient, () => void leaveWhenSignedOut(parts))
    },
    async onRefused() {
      await queryClient.fetchQuery({ ...meQuery, staleTime: 0 }) // a session that has ended is seen here
      if (workspaceId === undefined) return
      const workspaces = await queryClient.fetchQuery({ ...workspacesQuery, staleTime: 0 })
      if (!workspaces.some(({ id }) => id === workspaceId)) lose(workspaceId)
    },
  }
}

type Membership = Memberships['memberships'][number]

function isIn({ memberships }: Memberships, workspaceId: string): boolean {
  return memberships.some((membership) => membership.workspaceId === workspaceId)
}

interface Cached {
  readonly id: string
  readonly role: Membership['role']
}

function isAsCached({ memberships }: Memberships, cached: readonly Cached[] | undefined): boolean {
  if (cached === undefined) return true // it has yet to be asked for
  const roles = new Map(cached.map(({ id, role }) => [id, role]))
  return roles.size === memberships.length && memberships.every((each) => roles.get(each.workspaceId) === each.role)
}
