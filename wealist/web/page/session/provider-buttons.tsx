import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import styles from './provider-buttons.module.css'
import { providersQuery } from './providers-query.ts'
import { setSessionHint } from './session-hint.ts'

interface ProviderButtonsProps {
  /** A path of our own pages. */
  readonly next: string
}

/** Other ways to sign in. Absent when there are none, or when they cannot be asked for: the password still works. */
export function ProviderButtons({ next }: ProviderButtonsProps) {
  const { t } = useTranslation('entry')
  const { data: providers = [] } = useQuery(providersQuery)
  if (providers.length === 0) return null
  return (
    <div className={styles.providers}>
      <p className={styles.or}>{t('signIn.or')}</p>
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          component="a"
          variant="default"
          fullWidth
          href={`/api/auth/oidc/${encodeURIComponent(id)}/start?${new URLSearchParams({ next })}`}
          // It leads back to `next` without this page, and an invitation asks nobody who was never signed in here.
          onClick={() => setSessionHint(true)}
        >
          {t('signIn.withProvider', { name })}
        </Button>
      ))}
    </div>
  )
}
