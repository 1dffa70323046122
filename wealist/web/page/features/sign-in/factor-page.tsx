import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useFragment } from '../../session/use-fragment.ts'
import { useNext } from '../../session/use-next.ts'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { FormProblem } from '../../ui/form-problem.tsx'
import { FactorForm } from './factor-form.tsx'

/** The challenge comes in the fragment, from the form of the password or from a provider. */
export function FactorPage() {
  const { t } = useTranslation('entry')
  const { next, search } = useNext()
  const challenge = useFragment('challenge')
  const footer = (
    <Link to="/sign-in" search={search}>
      {t('signIn.backToSignIn')}
    </Link>
  )
  return (
    <EntryFrame title={t('factor.title')} footer={footer}>
      {challenge === undefined ? (
        <FormProblem also={t('factor.missing')} />
      ) : (
        <FactorForm challenge={challenge} next={next} />
      )}
    </EntryFrame>
  )
}
