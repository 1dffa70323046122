import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { Section } from '../../ui/section.tsx'
import { RemovalDialog } from './removal-dialog.tsx'

interface RemovalSectionProps {
  readonly workspace: Workspace
}

export function RemovalSection({ workspace }: RemovalSectionProps) {
  const { t } = useTranslation('workspace')
  const [isAsked, setAsked] = useState(false)
  return (
    <Section isAlarming title={t('settings.remove')} text={t('settings.removeText')}>
      <Button variant="danger" onClick={() => setAsked(true)}>
        {t('settings.remove')}
      </Button>
      {isAsked && <RemovalDialog workspace={workspace} onClose={() => setAsked(false)} />}
    </Section>
  )
}
