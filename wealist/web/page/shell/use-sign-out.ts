import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { endSessionHere } from '../session/end-session-here.ts'
import { signOut } from '../session/sign-out.ts'
import { errorWords } from '../ui/error-words.ts'
import { noticeBoard } from '../ui/notice-board.ts'

/** Ends the session and leaves nothing of it on the page. */
export function useSignOut(): () => void {
  const { t } = useTranslation('workspace')
  const { t: tError } = useTranslation()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const leaving = useMutation({
    mutationFn: async () => {
      await signOut()
      const notice = { kind: 'done', text: t('live.signedOut') } as const
      await endSessionHere({ queryClient, notice, goToSignIn: () => navigate({ to: '/sign-in' }) })
    },
    onError: (error) => noticeBoard.show({ kind: 'failed', text: errorWords(tError, error) }),
  })
  return () => leaving.mutate()
}
