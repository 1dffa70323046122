import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { errorWords } from '../ui/error-words.ts'
import { FormProblem } from '../ui/form-problem.tsx'
import { noticeBoard } from '../ui/notice-board.ts'
import { resendVerification } from './resend-verification.ts'

interface ResendButtonProps {
  readonly email: string
}

export function ResendButton({ email }: ResendButtonProps) {
  const { t } = useTranslation('entry')
  const { t: tError } = useTranslation()
  const sending = useMutation({
    mutationFn: () => resendVerification(email),
    onSuccess: () => noticeBoard.show({ kind: 'done', text: t('signUp.resent') }),
  })
  return (
    <>
      <FormProblem also={sending.error === null ? undefined : errorWords(tError, sending.error)} />
      <Button variant="default" fullWidth loading={sending.isPending} onClick={() => sending.mutate()}>
        {t('signUp.resend')}
      </Button>
    </>
  )
}
