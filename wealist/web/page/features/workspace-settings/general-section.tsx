import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../api/contract.ts'
import { Flag } from '../../ui/flag.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, present, textOf } from '../../ui/form-rules.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { Section } from '../../ui/section.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { isAdmin } from '../../workspace/permissions.ts'
import { refreshWorkspace } from '../../workspace/refresh-workspace.ts'
import { workspaceQuery } from '../../workspace/workspace-query.ts'
import { renameWorkspace } from './change-workspace.ts'
import styles from './general-section.module.css'

interface GeneralSectionProps {
  readonly workspace: Workspace
}

export function GeneralSection({ workspace: { id, name, role } }: GeneralSectionProps) {
  const { t } = useTranslation('workspace')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const rename = async (values: FormData) => {
    const workspace = await renameWorkspace(id, textOf(values, 'name').trim())
    queryClient.setQueryData(workspaceQuery(id).queryKey, workspace)
    noticeBoard.show({ kind: 'done', text: t('settings.renamed') })
    await refreshWorkspace(queryClient, id)
  }
  if (!isAdmin(role)) {
    return (
      <Section title={t('settings.general')} text={t('settings.readOnly')}>
        <p className={styles.name}>
          <Flag id={id} sizePx={36} />
          <span>{name}</span>
        </p>
      </Section>
    )
  }
  return (
    <Section title={t('settings.general')}>
      <Form onSubmit={rename} check={(values) => checkForm(values, { name: present })}>
        <TextField name="name" label={t('create.name')} initial={name} autoComplete="off" maxLength={80} />
        <FormActions submit={tUi('save')} />
      </Form>
    </Section>
  )
}
