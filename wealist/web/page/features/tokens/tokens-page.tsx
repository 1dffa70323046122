import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { CreateTokenDialog } from './create-token-dialog.tsx'
import { TokenList } from './token-list.tsx'
import { tokensQuery } from './tokens-query.ts'

export function TokensPage() {
  const { t } = useTranslation('account')
  const query = useQuery(tokensQuery)
  const [isCreating, setCreating] = useState(false)
  const create = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('tokens.create')}
    </Button>
  )
  const isEmpty = query.data?.length === 0
  return (
    <Page title={t('tokens.title')} text={t('tokens.text')} actions={isEmpty ? undefined : create} isNarrow>
      <Loaded query={query}>
        {(tokens) =>
          tokens.length === 0 ? (
            <EmptyState title={t('tokens.emptyTitle')} text={t('tokens.emptyText')}>
              {create}
            </EmptyState>
          ) : (
            <TokenList tokens={tokens} />
          )
        }
      </Loaded>
      {isCreating && <CreateTokenDialog onClose={() => setCreating(false)} />}
    </Page>
  )
}
