import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Me } from '../../api/contract.ts'
import { Mark } from '../../ui/mark.tsx'
import { Section } from '../../ui/section.tsx'
import { RenewCodesDialog } from './renew-codes-dialog.tsx'
import styles from './totp-section.module.css'
import { TotpSetUpDialog } from './totp-set-up-dialog.tsx'
import { TurnOffDialog } from './turn-off-dialog.tsx'

interface TotpSectionProps {
  readonly me: Me
}

const FEW_CODES = 3

export function TotpSection({ me: { hasTotp, hasPassword, recoveryCodeCount } }: TotpSectionProps) {
  const { t } = useTranslation('account')
  const [dialog, setDialog] = useState<'set-up' | 'renew' | 'turn-off'>()
  const close = () => setDialog(undefined)
  const mark = <Mark tone={hasTotp ? 'sea' : 'plain'}>{t(hasTotp ? 'security.on' : 'security.off')}</Mark>
  return (
    <Section title={t('security.totp')} text={t('security.totpText')} mark={mark}>
      {hasTotp && (
        <p className={styles.left} data-few={recoveryCodeCount <= FEW_CODES || undefined}>
          {t('security.codesLeft', { count: recoveryCodeCount })}
        </p>
      )}
      <div className={styles.buttons}>
        {hasTotp ? (
          <>
            <Button variant="default" onClick={() => setDialog('renew')}>
              {t('security.codesRenew')}
            </Button>
            <Button variant="danger" onClick={() => setDialog('turn-off')}>
              {t('security.turnOff')}
            </Button>
          </>
        ) : (
          <Button onClick={() => setDialog('set-up')}>{t('security.turnOn')}</Button>
        )}
      </div>
      {dialog === 'set-up' && <TotpSetUpDialog onClose={close} />}
      {dialog === 'renew' && <RenewCodesDialog onClose={close} />}
      {dialog === 'turn-off' && <TurnOffDialog hasPassword={hasPassword} onClose={close} />}
    </Section>
  )
}
