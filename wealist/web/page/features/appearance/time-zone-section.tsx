import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Profile } from '../../api/contract.ts'
import { formatTime } from '../../i18n/formats.ts'
import { changeProfile } from '../../session/change-profile.ts'
import { profileQuery } from '../../session/profile-query.ts'
import { ChoiceField } from '../../ui/choice-field.tsx'
import { Form } from '../../ui/form.tsx'
import { FormActions } from '../../ui/form-actions.tsx'
import { textOf } from '../../ui/form-rules.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { Section } from '../../ui/section.tsx'
import { deviceTimeZone, timeZonesIn } from './time-zones.ts'

interface TimeZoneSectionProps {
  readonly profile: Profile
}

export function TimeZoneSection({ profile: { timeZone } }: TimeZoneSectionProps) {
  const { t, i18n } = useTranslation('account')
  const { t: tUi } = useTranslation()
  const locale = i18n.language
  const queryClient = useQueryClient()
  const [chosen, setChosen] = useState(timeZone ?? '')
  const zones = useMemo(() => timeZonesIn(locale, timeZone), [locale, timeZone]) // 400 formats, some 50 ms
  const device = { value: '', label: t('appearance.timeZoneDevice', { zone: deviceTimeZone().replaceAll('_', ' ') }) }
  const submit = async (values: FormData) => {
    const zone = textOf(values, 'timeZone')
    queryClient.setQueryData(profileQuery.queryKey, await changeProfile({ timeZone: zone === '' ? null : zone }))
    noticeBoard.show({ kind: 'done', text: t('appearance.saved') })
  }
  const time = formatTime({ locale, timeZone: chosen === '' ? undefined : chosen }, new Date().toISOString())
  return (
    <Section title={t('appearance.timeZone')} text={t('appearance.timeZoneText')}>
      <Form onSubmit={submit}>
        <ChoiceField
          name="timeZone"
          label={t('appearance.timeZonePlace')}
          hint={t('appearance.timeZoneExample', { time })}
          options={[device, ...zones]}
          initial={chosen}
          onChoose={setChosen}
        />
        <FormActions submit={tUi('save')} />
      </Form>
    </Section>
  )
}
