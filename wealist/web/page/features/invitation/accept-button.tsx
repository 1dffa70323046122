import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { forgetInvitation } from '../../session/pending-invitation.ts'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { noticeBoard } from '../../ui/notice-board.ts'
import { workspacesQuery } from '../../workspace/workspaces-query.ts'
import { acceptInvitation } from './accept-invitation.ts'

interface AcceptButtonProps {
  readonly token: string
  readonly workspaceName: string
}

export function AcceptButton({ token, workspaceName }: AcceptButtonProps) {
  const { t } = useTranslation('entry')
  const { t: tError } = useTranslation()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const accepting = useMutation({
    mutationFn: () => acceptInvitation(token),
    onSuccess: async ({ workspaceId, hasJoined }) => {
      forgetInvitation()
      await queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey })
      const text = t(hasJoined ? 'invitation.joined' : 'invitation.already', { name: workspaceName })
      noticeBoard.show({ kind: 'done', text })
      await navigate({ to: '/w/$workspaceId', params: { workspaceId } })
    },
  })
  return (
    <>
      <FormProblem also={accepting.error === null ? undefined : errorWords(tError, accepting.error)} />
      <Button fullWidth loading={accepting.isPending} onClick={() => accepting.mutate()}>
        {t('invitation.accept')}
      </Button>
    </>
  )
}
