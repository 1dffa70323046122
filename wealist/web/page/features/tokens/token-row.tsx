import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { AccessToken } from '../../api/contract.ts'
import { formatAgo, formatDate } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { Mark } from '../../ui/mark.tsx'
import styles from '../../ui/rows.module.css'
import { highestScope } from './token-scope.ts'

interface TokenRowProps {
  readonly token: AccessToken
  readonly onRemove: () => void
}

export function TokenRow({ token, onRemove }: TokenRowProps) {
  const { t } = useTranslation('account')
  const formats = useFormats()
  const { name, hint, scopes, expiresAt, lastUsedAt } = token
  const now = new Date()
  const end = expiresAt === null ? '' : formatDate(formats, expiresAt)
  const isExpired = expiresAt !== null && new Date(expiresAt) <= now
  return (
    <li className={styles.row}>
      <div>
        <div className={styles.name}>
          {name}
          <Mark tone={highestScope(scopes) === 'admin' ? 'land' : 'sea'}>
            {t(`tokens.scopeNames.${highestScope(scopes)}`)}
          </Mark>
          {isExpired && <Mark tone="alarm">{t('tokens.expired', { date: end })}</Mark>}
        </div>
        <div className={styles.facts}>
          <span>{t('tokens.hint', { hint })}</span>
          {!isExpired && (
            <span>{expiresAt === null ? t('tokens.noExpiry') : t('tokens.expiresAt', { date: end })}</span>
          )}
          <span>
            {lastUsedAt === null
              ? t('tokens.neverUsed')
              : t('tokens.lastUsed', { date: formatAgo(formats, lastUsedAt, now) })}
          </span>
        </div>
      </div>
      <div className={styles.end}>
        <Button variant="default" size="xs" aria-label={t('tokens.removeLabel', { name })} onClick={onRemove}>
          {t('tokens.remove')}
        </Button>
      </div>
    </li>
  )
}
