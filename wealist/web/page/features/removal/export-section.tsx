import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { Icon } from '../../ui/icon.tsx'
import { noticeBoard } from '../../ui/notice-board.ts'
import { Section } from '../../ui/section.tsx'
import { useExport } from './use-export.ts'

export function ExportSection() {
  const { t } = useTranslation('account')
  const { t: tError } = useTranslation()
  const exporting = useExport()
  const download = () =>
    exporting.mutate(undefined, {
      onSuccess: () => noticeBoard.show({ kind: 'done', text: t('removal.downloaded') }),
    })
  return (
    <Section title={t('removal.export')} text={t('removal.exportText')}>
      <FormProblem also={exporting.error === null ? undefined : errorWords(tError, exporting.error)} />
      <Button variant="default" leftSection={<Icon name="download" />} loading={exporting.isPending} onClick={download}>
        {t('removal.download')}
      </Button>
    </Section>
  )
}
