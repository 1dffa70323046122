import i18next from 'i18next'
import { noticeBoard } from '../ui/notice-board.ts'
import { workspaceQuery } from '../workspace/workspace-query.ts'
import { workspacesQuery } from '../workspace/workspaces-query.ts'
import type { PageParts } from './leave-when-signed-out.ts'

/** The membership has ended: nothing of the workspace stays, and who was looking at it is told. */
export async function throwOut({ queryClient, place }: PageParts, workspaceId: string): Promise<void> {
  const { queryKey } = workspaceQuery(workspaceId)
  const workspaces = queryClient.getQueryData(workspacesQuery.queryKey)
  const known = queryClient.getQueryData(queryKey) ?? workspaces?.find(({ id }) => id === workspaceId)
  await queryClient.cancelQueries({ queryKey })
  queryClient.setQueryData(workspacesQuery.queryKey, (list) => list?.filter(({ id }) => id !== workspaceId))
  if (known !== undefined && isShown(place.here.pathname, workspaceId)) {
    noticeBoard.show({ kind: 'important', text: i18next.t('live.removed', { ns: 'workspace', name: known.name }) })
    await place.goToWorkspaces()
  }
  queryClient.removeQueries({ queryKey })
  await queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey })
}

function isShown(pathname: string, workspaceId: string): boolean {
  return `${pathname}/`.startsWith(`/w/${encodeURIComponent(workspaceId)}/`)
}
