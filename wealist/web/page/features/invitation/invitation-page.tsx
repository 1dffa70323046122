import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { keepInvitation, pendingInvitation } from '../../session/pending-invitation.ts'
import { useFragment } from '../../session/use-fragment.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { EntryWaiting } from '../../ui/entry-waiting.tsx'
import { errorWords } from '../../ui/error-words.ts'
import { InvitationAnswer } from './invitation-answer.tsx'
import { InvitationCard } from './invitation-card.tsx'
import { invitationPreviewQuery } from './invitation-preview-query.ts'

/** Where an invitation's link leads, and where its reader comes back to after signing in or up. */
export function InvitationPage() {
  const { t } = useTranslation('entry')
  const { t: tError } = useTranslation()
  const given = useFragment('token')
  const token = given ?? pendingInvitation()
  useEffect(() => {
    if (given !== undefined) keepInvitation(given)
  }, [given])
  const { data: preview, error } = useQuery({ ...invitationPreviewQuery(token ?? ''), enabled: token !== undefined })
  if (token !== undefined && preview !== undefined) {
    return (
      <EntryFrame title={t('invitation.title')}>
        <InvitationCard preview={preview} />
        <InvitationAnswer token={token} workspaceName={preview.workspaceName} />
      </EntryFrame>
    )
  }
  if (token !== undefined && error === null) {
    return (
      <EntryFrame title={t('invitation.title')}>
        <EntryWaiting text={tError('loading')} />
      </EntryFrame>
    )
  }
  const reason = token === undefined ? t('verify.missing') : errorWords(tError, error)
  return (
    <EntryFrame title={t('invitation.failedTitle')} text={reason}>
      <ButtonLink fullWidth variant="default" to="/">
        {tError('toStart')}
      </ButtonLink>
    </EntryFrame>
  )
}
