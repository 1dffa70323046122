import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Invitation } from '../../api/contract.ts'
import { Icon } from '../../ui/icon.tsx'
import { Mark } from '../../ui/mark.tsx'
import rows from '../../ui/rows.module.css'
import { InvitationFacts } from './invitation-facts.tsx'
import styles from './invitation-row.module.css'

interface InvitationRowProps {
  readonly invitation: Invitation
  readonly onWithdraw: () => void
}

export function InvitationRow({ invitation, onWithdraw }: InvitationRowProps) {
  const { t } = useTranslation('workspace')
  const { email, state } = invitation
  const isOpen = state === 'open'
  const name = email ?? t('invitations.anyone')
  return (
    <li className={rows.row}>
      <span className={styles.icon} data-open={isOpen || undefined}>
        <Icon name={email === null ? 'link' : 'envelope'} />
      </span>
      <div>
        <p className={rows.name}>{name}</p>
        <InvitationFacts invitation={invitation} />
      </div>
      <div className={styles.end}>
        {isOpen ? (
          <Button
            size="xs"
            variant="default"
            aria-label={t('invitations.withdrawLabel', { name })}
            onClick={onWithdraw}
          >
            {t('invitations.withdraw')}
          </Button>
        ) : (
          <Mark>{t(`invitations.states.${state}`)}</Mark>
        )}
      </div>
    </li>
  )
}
