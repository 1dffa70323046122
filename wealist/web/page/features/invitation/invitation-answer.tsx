import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { INVITATION_PATH } from '../../session/pending-invitation.ts'
import { setSessionHint } from '../../session/session-hint.ts'
import { signOut } from '../../session/sign-out.ts'
import { visitorQuery } from '../../session/visitor-query.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { errorWords } from '../../ui/error-words.ts'
import { FormProblem } from '../../ui/form-problem.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { AcceptButton } from './accept-button.tsx'
import styles from './invitation-card.module.css'

interface InvitationAnswerProps {
  readonly token: string
  readonly workspaceName: string
}

const BACK_HERE = { next: INVITATION_PATH } as const

/** Accept, or first become somebody who can. */
export function InvitationAnswer({ token, workspaceName }: InvitationAnswerProps) {
  const { t } = useTranslation('entry')
  const { t: tError } = useTranslation()
  const queryClient = useQueryClient()
  const visitor = useQuery(visitorQuery)
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      setSessionHint(false)
      queryClient.removeQueries({ type: 'inactive' })
      await queryClient.resetQueries()
    },
  })
  return (
    <Loaded query={visitor}>
      {(me) =>
        me === null ? (
          <>
            <ButtonLink fullWidth to="/sign-in" search={BACK_HERE}>
              {t('invitation.signInToAccept')}
            </ButtonLink>
            <ButtonLink fullWidth variant="default" to="/sign-up" search={BACK_HERE}>
              {t('invitation.signUpToAccept')}
            </ButtonLink>
          </>
        ) : (
          <>
            <AcceptButton token={token} workspaceName={workspaceName} />
            <p className={styles.quiet}>{t('invitation.signedInAs', { email: me.email })}</p>
            <FormProblem also={leaving.error === null ? undefined : errorWords(tError, leaving.error)} />
            <Button variant="default" fullWidth loading={leaving.isPending} onClick={() => leaving.mutate()}>
              {t('invitation.otherAccount')}
            </Button>
          </>
        )
      }
    </Loaded>
  )
}
