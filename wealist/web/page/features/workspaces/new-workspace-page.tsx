import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ButtonLink } from '../../ui/button-link.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, present, textOf } from '../../ui/form-rules.ts'
import { Page } from '../../ui/page.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { workspaceQuery } from '../../workspace/workspace-query.ts'
import { workspacesQuery } from '../../workspace/workspaces-query.ts'
import { createWorkspace } from './create-workspace.ts'
import styles from './new-workspace-page.module.css'

export function NewWorkspacePage() {
  const { t } = useTranslation('workspace')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const submit = async (values: FormData) => {
    const workspace = await createWorkspace(textOf(values, 'name').trim())
    queryClient.setQueryData(workspaceQuery(workspace.id).queryKey, workspace)
    await queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey })
    await navigate({ to: '/w/$workspaceId', params: { workspaceId: workspace.id } })
  }
  return (
    <Page isNarrow title={t('create.title')} text={t('create.text')}>
      <div className={styles.form}>
        <Form onSubmit={submit} check={(values) => checkForm(values, { name: present })}>
          <TextField
            name="name"
            label={t('create.name')}
            placeholder={t('create.placeholder')}
            autoComplete="off"
            maxLength={80}
          />
          <FormActions submit={t('create.submit')}>
            <ButtonLink to="/workspaces" variant="default">
              {tUi('cancel')}
            </ButtonLink>
          </FormActions>
        </Form>
      </div>
    </Page>
  )
}
