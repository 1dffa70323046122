import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Profile } from '../../api/contract.ts'
import { changeProfile } from '../../session/change-profile.ts'
import { profileQuery } from '../../session/profile-query.ts'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { checkForm, present, textOf } from '../../ui/form-rules.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { Section } from '../../ui/section.tsx'
import { TextField } from '../../ui/text-field.tsx'

interface NameSectionProps {
  readonly profile: Profile
}

export function NameSection({ profile }: NameSectionProps) {
  const { t } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const queryClient = useQueryClient()
  const submit = async (values: FormData) => {
    const changed = await changeProfile({ name: textOf(values, 'name').trim() })
    queryClient.setQueryData(profileQuery.queryKey, changed)
    // Lists of members show it as well.
    await queryClient.invalidateQueries({ queryKey: ['workspace'], refetchType: 'none' })
    noticeBoard.show({ kind: 'done', text: t('profile.saved') })
  }
  return (
    <Section title={t('profile.about')}>
      <Form onSubmit={submit} check={(values) => checkForm(values, { name: present })}>
        <TextField name="name" label={t('profile.name')} initial={profile.name} autoComplete="name" maxLength={80} />
        <FormActions submit={tUi('save')} />
      </Form>
    </Section>
  )
}
