import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CreatedInvitation, Workspace } from '../../api/contract.ts'
import { ChoiceField } from '../../ui/choice-field.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, email } from '../../ui/form-rules.ts'
import { OptionRow } from '../../ui/option-row.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { rolesGrantedBy } from '../../workspace/permissions.ts'
import { refreshWorkspace } from '../../workspace/refresh-workspace.ts'
import { createInvitation } from './create-invitation.ts'
import { DAY_CHOICES, invitationOf, PEOPLE_CHOICES, USUAL } from './invitation-choice.ts'
import { RoleField } from './role-field.tsx'

interface InvitationFormProps {
  readonly workspace: Workspace
  readonly onMade: (invitation: CreatedInvitation) => void
  readonly onCancel: () => void
}

export function InvitationForm({ workspace: { id, role }, onMade, onCancel }: InvitationFormProps) {
  const { t } = useTranslation('workspace')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const [way, setWay] = useState<'link' | 'mail'>('link')
  const isMail = way === 'mail'
  const submit = async (values: FormData) => {
    onMade(await createInvitation(id, invitationOf(values)))
    await refreshWorkspace(queryClient, id)
  }
  const ways = [
    { value: 'link', label: t('invitations.byLink') },
    { value: 'mail', label: t('invitations.byMail') },
  ] as const
  const days = DAY_CHOICES.map((count) => ({ value: String(count), label: t('invitations.days', { count }) }))
  const people = PEOPLE_CHOICES.map((count) => ({ value: String(count), label: t('invitations.people', { count }) }))
  return (
    <Form onSubmit={submit} check={(values) => (isMail ? checkForm(values, { email }) : {})}>
      <OptionRow isFirst label={t('invitations.way')} options={ways} chosen={way} onChoose={setWay} />
      {isMail && <TextField name="email" type="email" label={t('invitations.email')} autoComplete="off" />}
      <RoleField roles={rolesGrantedBy(role)} />
      <ChoiceField name="expiresInDays" label={t('invitations.expires')} options={days} initial={USUAL.days} />
      {!isMail && (
        <ChoiceField name="useLimit" label={t('invitations.useLimit')} options={people} initial={USUAL.people} />
      )}
      <FormActions submit={t(isMail ? 'invitations.sendMail' : 'invitations.makeLink')} align="end">
        <Button variant="default" onClick={onCancel}>
          {tUi('cancel')}
        </Button>
      </FormActions>
    </Form>
  )
}
