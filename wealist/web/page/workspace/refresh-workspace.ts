import type { QueryClient } from '@tanstack/react-query'
import { workspaceQuery } from './workspace-query.ts'
import { workspacesQuery } from './workspaces-query.ts'

/** After a change: what is shown of the workspace is asked for again, and where it is listed too. */
export async function refreshWorkspace(queryClient: QueryClient, workspaceId: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey }),
    queryClient.invalidateQueries({ queryKey: workspaceQuery(workspaceId).queryKey }),
  ])
}
