import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CreatedAccessToken } from '../../api/contract.ts'
import { CopyField } from '../../ui/copy-field.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TokenForm } from './token-form.tsx'
import { tokensQuery } from './tokens-query.ts'

interface CreateTokenDialogProps {
  readonly onClose: () => void
}

/** First what it may do, then the token itself, this once. */
export function CreateTokenDialog({ onClose }: CreateTokenDialogProps) {
  const { t } = useTranslation('account')
  const queryClient = useQueryClient()
  const [created, setCreated] = useState<CreatedAccessToken>()
  const keep = (token: CreatedAccessToken) => {
    setCreated(token)
    void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey }) // the list behind the dialog shows it
  }
  if (created === undefined) {
    return (
      <Dialog title={t('tokens.create')} onClose={onClose}>
        <TokenForm onCreated={keep} onCancel={onClose} />
      </Dialog>
    )
  }
  return (
    <Dialog title={t('tokens.createdTitle')} text={t('tokens.createdText')} isEasilyClosed={false} onClose={onClose}>
      <CopyField label={t('tokens.token')} value={created.token} />
      <Button fullWidth onClick={onClose}>
        {t('tokens.done')}
      </Button>
    </Dialog>
  )
}
