import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PersonAvatar } from '../../ui/person-avatar.tsx'
import { Section } from '../../ui/section.tsx'
import { byRoleAndName } from '../../workspace/member-order.ts'
import { membersQuery } from '../../workspace/members-query.ts'
import styles from './crew.module.css'

const SHOWN_COUNT = 8

interface CrewProps {
  readonly workspace: Workspace
}

/** Who is in the workspace, those with the most to say first. */
export function Crew({ workspace: { id, memberCount } }: CrewProps) {
  const { t, i18n } = useTranslation('workspace')
  const query = useQuery(membersQuery(id))
  if (memberCount === 1) {
    return (
      <EmptyState title={t('home.aloneTitle')} text={t('home.aloneText')}>
        <ButtonLink to="/w/$workspaceId/invitations" params={{ workspaceId: id }}>
          {t('home.invite')}
        </ButtonLink>
      </EmptyState>
    )
  }
  return (
    <Section title={t('home.crew')}>
      <Loaded query={query}>
        {(members) => (
          <ul className={styles.crew}>
            {members
              .toSorted(byRoleAndName(i18n.language))
              .slice(0, SHOWN_COUNT)
              .map(({ userId, name, avatarUrl, role }) => (
                <li key={userId}>
                  <PersonAvatar name={name} avatarUrl={avatarUrl} />
                  <div>
                    <p className={styles.name}>{name}</p>
                    <p className={styles.role}>{t(`roles.${role}`)}</p>
                  </div>
                </li>
              ))}
          </ul>
        )}
      </Loaded>
      <Link to="/w/$workspaceId/members" params={{ workspaceId: id }}>
        {t('home.crewAll')}
      </Link>
    </Section>
  )
}
