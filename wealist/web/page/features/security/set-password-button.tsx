import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { requestPasswordReset } from '../../session/request-password-reset.ts'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { noticeBoard } from '../../ui/notice-board.ts'

interface SetPasswordButtonProps {
  readonly email: string
}

/** Who signs in by a provider gets a password by the same link as somebody who has forgotten theirs. */
export function SetPasswordButton({ email }: SetPasswordButtonProps) {
  const { t } = useTranslation('account')
  const { t: tError } = useTranslation()
  const sending = useMutation({
    mutationFn: () => requestPasswordReset(email),
    onSuccess: () => noticeBoard.show({ kind: 'done', text: t('security.linkSent', { email }) }),
  })
  return (
    <>
      <FormProblem also={sending.error === null ? undefined : errorWords(tError, sending.error)} />
      <Button variant="default" loading={sending.isPending} onClick={() => sending.mutate()}>
        {t('security.setByMail')}
      </Button>
    </>
  )
}
