import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { ExportSection } from './export-section.tsx'
import { RemoveDialog } from './remove-dialog.tsx'

export function RemovalPage() {
  const { t } = useTranslation('account')
  const [isAsking, setAsking] = useState(false)
  return (
    <Page title={t('removal.title')} isNarrow>
      <ExportSection />
      <Section title={t('removal.remove')} text={t('removal.removeText')} isAlarming>
        <Button variant="danger" onClick={() => setAsking(true)}>
          {t('removal.removeStart')}
        </Button>
      </Section>
      {isAsking && <RemoveDialog onClose={() => setAsking(false)} />}
    </Page>
  )
}
