import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { Workspace } from '../api/contract.ts'
import { workspaceQuery } from './workspace-query.ts'

/** The workspace of the address; its route has asked for it before any of its pages is shown. */
export function useWorkspace(): Workspace {
  const { workspaceId = '' } = useParams({ strict: false })
  return useSuspenseQuery(workspaceQuery(workspaceId)).data
}
