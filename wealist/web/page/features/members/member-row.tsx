import { useTranslation } from 'react-i18next'
import type { Member } from '../../api/contract.ts'
import { formatDate } from '../../i18n/formats.ts'
import { useFormats } from '../../session/use-formats.ts'
import { Mark } from '../../ui/mark.tsx'
import { PersonAvatar } from '../../ui/person-avatar.tsx'
import rows from '../../ui/rows.module.css'
import { RoleMark } from '../../workspace/role-mark.tsx'
import type { MemberAction } from './member-action.ts'
import { MemberMenu } from './member-menu.tsx'
import styles from './member-row.module.css'

interface MemberRowProps {
  readonly member: Member
  readonly isSelf: boolean
  readonly actions: readonly MemberAction[]
  readonly onChoose: (action: MemberAction) => void
}

export function MemberRow({ member: { name, avatarUrl, role, email, joinedAt }, ...props }: MemberRowProps) {
  const { t } = useTranslation('workspace')
  const formats = useFormats()
  return (
    <li className={rows.row}>
      <PersonAvatar name={name} avatarUrl={avatarUrl} />
      <div>
        <p className={rows.name}>
          <span>{name}</span>
          {props.isSelf && <Mark>{t('members.you')}</Mark>}
        </p>
        <p className={rows.facts}>
          {email !== null && <span>{email}</span>}
          <span>{t('members.joined', { date: formatDate(formats, joinedAt) })}</span>
        </p>
      </div>
      <div className={styles.end}>
        <div className={styles.role}>
          <RoleMark role={role} />
        </div>
        <div className={styles.menu}>
          {props.actions.length > 0 && <MemberMenu name={name} actions={props.actions} onChoose={props.onChoose} />}
        </div>
      </div>
    </li>
  )
}
