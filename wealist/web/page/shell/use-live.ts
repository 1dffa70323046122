import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { LiveConnection, type LiveState } from '../session/live-connection.ts'
import { liveListener } from './live-listener.ts'
import { placeOf } from './page-place.ts'

/** Keeps the page true while it is open. In a workspace it also hears of the others there. */
export function useLive(workspaceId: string | undefined): LiveState {
  const queryClient = useQueryClient()
  const router = useRouter()
  const [state, setState] = useState<LiveState>('connecting')
  useEffect(() => {
    const query = workspaceId === undefined ? '' : `?${new URLSearchParams({ workspaceId })}`
    const listener = liveListener({ queryClient, place: placeOf(router), workspaceId, onState: setState })
    const connection = new LiveConnection(`/api/users/events${query}`, listener)
    connection.open()
    return () => connection.close()
  }, [queryClient, router, workspaceId])
  return state
}
