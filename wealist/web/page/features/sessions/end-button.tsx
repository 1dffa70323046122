import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { errorWords } from '../../ui/error-words.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { endSession } from './end-session.ts'
import { sessionsQuery } from './sessions-query.ts'

interface EndButtonProps {
  readonly sessionId: string
  readonly device: string
  readonly onEnded: () => void
}

export function EndButton({ sessionId, device, onEnded }: EndButtonProps) {
  const { t } = useTranslation('account')
  const { t: tError } = useTranslation()
  const queryClient = useQueryClient()
  const ending = useMutation({
    mutationFn: () => endSession(sessionId),
    onSuccess: () => {
      onEnded()
      noticeBoard.show({ kind: 'done', text: t('sessions.ended') })
    },
    onError: (error) => noticeBoard.show({ kind: 'failed', text: errorWords(tError, error) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
  return (
    <Button
      variant="default"
      size="xs"
      aria-label={t('sessions.endLabel', { device })}
      loading={ending.isPending}
      onClick={() => ending.mutate()}
    >
      {t('sessions.end')}
    </Button>
  )
}
