import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { noticeBoard } from '../ui/notice-board.ts'
import { workspaceQuery } from './workspace-query.ts'
import { workspacesQuery } from './workspaces-query.ts'

/** What follows when the person has left a workspace or deleted it: away from its pages, and nothing of it stays. */
export function useFarewell(): (workspaceId: string, text: string) => Promise<void> {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return async (workspaceId, text) => {
    const { queryKey } = workspaceQuery(workspaceId)
    await queryClient.cancelQueries({ queryKey })
    queryClient.setQueryData(workspacesQuery.queryKey, (list) => list?.filter(({ id }) => id !== workspaceId))
    noticeBoard.show({ kind: 'done', text })
    await navigate({ to: '/workspaces', replace: true })
    queryClient.removeQueries({ queryKey })
  }
}
