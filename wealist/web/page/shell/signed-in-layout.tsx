import { useQuery } from '@tanstack/react-query'
import { Outlet, useParams } from '@tanstack/react-router'
import { workspaceQuery } from '../workspace/workspace-query.ts'
import { LiveBanner } from './live-banner.tsx'
import { useLive } from './use-live.ts'

export function SignedInLayout() {
  const { workspaceId } = useParams({ strict: false })
  // Only looked up: its route asks, and of one that is not there or is not ours there is no news.
  const { data: workspace } = useQuery({ ...workspaceQuery(workspaceId ?? ''), enabled: false })
  const state = useLive(workspace?.id)
  return (
    <>
      <LiveBanner isLost={state === 'lost'} />
      <Outlet />
    </>
  )
}
