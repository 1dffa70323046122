import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { Section } from '../../ui/section.tsx'
import { LeaveDialog } from '../../workspace/leave-dialog.tsx'

interface LeaveSectionProps {
  readonly workspace: Workspace
}

export function LeaveSection({ workspace }: LeaveSectionProps) {
  const { t } = useTranslation('workspace')
  const [isAsked, setAsked] = useState(false)
  if (workspace.role === 'owner') {
    return (
      <Section title={t('settings.leave')} text={t('settings.ownerLeaves')}>
        <ButtonLink to="/w/$workspaceId/members" params={{ workspaceId: workspace.id }} variant="default">
          {t('settings.toMembers')}
        </ButtonLink>
      </Section>
    )
  }
  return (
    <Section title={t('settings.leave')} text={t('settings.leaveText')}>
      <Button variant="danger" onClick={() => setAsked(true)}>
        {t('members.leave')}
      </Button>
      {isAsked && <LeaveDialog workspace={workspace} onClose={() => setAsked(false)} />}
    </Section>
  )
}
