import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { Icon } from '../../ui/icon.tsx'
import styles from './export-step.module.css'
import type { useExport } from './use-export.ts'

interface ExportStepProps {
  readonly exporting: ReturnType<typeof useExport>
}

export function ExportStep({ exporting }: ExportStepProps) {
  const { t } = useTranslation('account')
  const { t: tError } = useTranslation()
  return (
    <div className={styles.step}>
      <p className={styles.title}>{t('removal.first')}</p>
      <p className={styles.text} role="status">
        {t(exporting.isSuccess ? 'removal.firstDone' : 'removal.firstText')}
      </p>
      <FormProblem also={exporting.error === null ? undefined : errorWords(tError, exporting.error)} />
      <Button
        variant="default"
        leftSection={<Icon name={exporting.isSuccess ? 'check' : 'download'} />}
        loading={exporting.isPending}
        data-autofocus
        onClick={() => exporting.mutate()}
      >
        {t('removal.download')}
      </Button>
    </div>
  )
}
