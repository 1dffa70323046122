import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { noticeBoard } from '../ui/notice-board.ts'
import { localPathOf } from './local-path.ts'
import { setSessionHint } from './session-hint.ts'

/** What to do once signed in: nothing of whoever was here before stays, then on to where the person wanted to go. */
export function useArrive(): (next: string | undefined) => void {
  const queryClient = useQueryClient()
  const router = useRouter()
  return (next) => {
    setSessionHint(true)
    queryClient.clear()
    noticeBoard.clear()
    router.history.push(localPathOf(next))
  }
}
