import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { noticeBoard } from '../../ui/notice-board.ts'
import { endOtherSessions } from './end-other-sessions.ts'
import { sessionsQuery } from './sessions-query.ts'

export function EndOthersButton() {
  const { t } = useTranslation('account')
  const queryClient = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const end = async () => {
    const { endedCount } = await endOtherSessions()
    noticeBoard.show({ kind: 'done', text: t('sessions.othersEnded', { count: endedCount }) })
    await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey })
  }
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {t('sessions.endOthers')}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={t('sessions.endOthersTitle')}
          text={t('sessions.endOthersText')}
          confirm={t('sessions.endOthers')}
          onConfirm={end}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
