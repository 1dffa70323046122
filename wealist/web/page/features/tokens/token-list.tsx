import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccessToken } from '../../api/contract.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { noticeBoard } from '../../ui/notice-board.ts'
import styles from '../../ui/rows.module.css'
import { removeToken } from './remove-token.ts'
import { TokenRow } from './token-row.tsx'
import { tokensQuery } from './tokens-query.ts'

interface TokenListProps {
  readonly tokens: readonly AccessToken[]
}

export function TokenList({ tokens }: TokenListProps) {
  const { t } = useTranslation('account')
  const queryClient = useQueryClient()
  const [doomed, setDoomed] = useState<AccessToken>()
  const remove = async ({ id }: AccessToken) => {
    await removeToken(id)
    await queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
    noticeBoard.show({ kind: 'done', text: t('tokens.removed') })
  }
  return (
    <>
      <ul className={styles.rows} aria-label={t('tokens.title')}>
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} onRemove={() => setDoomed(token)} />
        ))}
      </ul>
      {doomed !== undefined && (
        <ConfirmDialog
          title={t('tokens.removeTitle', { name: doomed.name })}
          text={t('tokens.removeText')}
          confirm={t('tokens.remove')}
          onConfirm={() => remove(doomed)}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </>
  )
}
