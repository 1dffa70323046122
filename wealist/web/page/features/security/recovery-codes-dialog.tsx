import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { saveFile } from '../../ui/save-file.ts'
import styles from './recovery-codes-dialog.module.css'

interface RecoveryCodesDialogProps {
  readonly codes: readonly string[]
  readonly onClose: () => void
}

export function RecoveryCodesDialog({ codes, onClose }: RecoveryCodesDialogProps) {
  const { t } = useTranslation('account')
  const text = `${codes.join('\n')}\n`
  return (
    <Dialog title={t('security.codesTitle')} text={t('security.codesText')} isEasilyClosed={false} onClose={onClose}>
      <ol className={styles.codes} aria-label={t('security.codesLabel')} translate="no">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className={styles.buttons}>
        <CopyButton value={text} label={t('security.codesCopy')} />
        <Button
          variant="default"
          leftSection={<Icon name="download" />}
          onClick={() => saveFile(new Blob([text], { type: 'text/plain' }), t('security.codesFile'))}
        >
          {t('security.codesSave')}
        </Button>
      </div>
      <Button fullWidth onClick={onClose}>
        {t('security.codesDone')}
      </Button>
    </Dialog>
  )
}
