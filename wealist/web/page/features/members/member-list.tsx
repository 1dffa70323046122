import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Member, Workspace } from '../../api/contract.ts'
import { meQuery } from '../../session/me-query.ts'
import rows from '../../ui/rows.module.css'
import { byRoleAndName } from '../../workspace/member-order.ts'
import { actionsFor, type MemberAction } from './member-action.ts'
import { MemberDialog } from './member-dialog.tsx'
import styles from './member-list.module.css'
import { MemberRow } from './member-row.tsx'
import { isFoundBy } from './member-search.ts'
import { MemberSearchField } from './member-search-field.tsx'
import { useRoleChange } from './use-role-change.ts'

interface MemberListProps {
  readonly workspace: Workspace
  readonly members: readonly Member[]
}

interface Question {
  readonly member: Member
  readonly action: Exclude<MemberAction, { readonly type: 'change-role' }>
}

export function MemberList({ workspace, members }: MemberListProps) {
  const { t, i18n } = useTranslation('workspace')
  const { data: me } = useSuspenseQuery(meQuery)
  const [text, setText] = useState('')
  const [question, setQuestion] = useState<Question | undefined>(undefined)
  const changeRole = useRoleChange(workspace.id)
  const found = members.filter((member) => isFoundBy(member, text)).toSorted(byRoleAndName(i18n.language))
  const choose = (member: Member, action: MemberAction) => {
    if (action.type === 'change-role') changeRole({ member, role: action.role })
    else setQuestion({ member, action })
  }
  return (
    <div className={styles.list}>
      <MemberSearchField text={text} onSearch={setText} />
      <p role="status" hidden={found.length > 0}>
        {found.length === 0 && t('members.noMatch', { text: text.trim() })}
      </p>
      {found.length > 0 && (
        <ul className={rows.rows}>
          {found.map((member) => {
            const isSelf = member.userId === me.id
            const actions = actionsFor({ actor: workspace.role, target: member, isSelf })
            const onChoose = (action: MemberAction) => choose(member, action)
            return <MemberRow key={member.userId} {...{ member, isSelf, actions, onChoose }} />
          })}
        </ul>
      )}
      {question !== undefined && (
        <MemberDialog workspace={workspace} {...question} onClose={() => setQuestion(undefined)} />
      )}
    </div>
  )
}
