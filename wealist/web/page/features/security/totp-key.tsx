import { useTranslation } from 'react-i18next'
import type { TotpSetUp } from '../../api/contract.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { QrCode } from './qr-code.tsx'
import styles from './totp-key.module.css'

interface TotpKeyProps {
  readonly setUp: TotpSetUp
}

/** What the app has to know: to be scanned, or to be typed. */
export function TotpKey({ setUp: { secret, uri } }: TotpKeyProps) {
  const { t } = useTranslation('account')
  return (
    <>
      <div className={styles.scan}>
        <p>{t('security.scan')}</p>
        <QrCode text={uri} label={t('security.qrLabel')} />
      </div>
      <div>
        <p className={styles.byHand}>{t('security.byHand')}</p>
        <div className={styles.key}>
          <dl>
            <dt>{t('security.key')}</dt>
            <dd translate="no">{inGroups(secret)}</dd>
          </dl>
          <CopyButton value={secret} />
        </div>
      </div>
    </>
  )
}

/** Four letters each, as they are easily typed; apps take the spaces or leave them out. */
function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret
}
