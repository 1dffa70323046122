import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { formatCount, formatDate } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { Flag } from '../../ui/flag.tsx'
import { invitationsQuery } from '../../workspace/invitations-query.ts'
import { isAdmin } from '../../workspace/permissions.ts'
import styles from './workspace-facts.module.css'

interface WorkspaceFactsProps {
  readonly workspace: Workspace
}

export function WorkspaceFacts({ workspace: { id, name, role, memberCount, createdAt } }: WorkspaceFactsProps) {
  const { t } = useTranslation('workspace')
  const formats = useFormats()
  const nameId = useId()
  const { data: invitations } = useQuery({ ...invitationsQuery(id), enabled: isAdmin(role) })
  const openCount = invitations?.filter(({ state }) => state === 'open').length
  return (
    <section className={styles.facts} aria-labelledby={nameId}>
      <Flag id={id} sizePx={72} />
      <div className={styles.name}>
        <h2 id={nameId}>{name}</h2>
        <p>{t('home.begun', { date: formatDate(formats, createdAt) })}</p>
      </div>
      <dl className={styles.list}>
        <div>
          <dt>{t('home.yourRole')}</dt>
          <dd>{t(`roles.${role}`)}</dd>
        </div>
        <div>
          <dt>{t('home.memberCount')}</dt>
          <dd>{formatCount(formats.locale, memberCount)}</dd>
        </div>
        {openCount !== undefined && (
          <div>
            <dt>{t('home.openInvitations')}</dt>
            <dd>{formatCount(formats.locale, openCount)}</dd>
          </div>
        )}
      </dl>
    </section>
  )
}
