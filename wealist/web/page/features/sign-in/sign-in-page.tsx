import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ProviderButtons } from '../../session/provider-buttons.tsx'
import { useNext } from '../../session/use-next.ts'
import { useSearchText } from '../../session/use-search-text.ts'
import { EntryFrame } from '../../ui/entry-frame.tsx'
import { SignInForm } from './sign-in-form.tsx'

export function SignInPage() {
  const { t } = useTranslation('entry')
  const { next, search } = useNext()
  const errorCode = useSearchText('error')
  const footer = (
    <>
      <span>{t('signIn.noAccount')}</span>
      <Link to="/sign-up" search={search}>
        {t('signIn.toSignUp')}
      </Link>
    </>
  )
  return (
    <EntryFrame title={t('signIn.title')} footer={footer}>
      <SignInForm next={next} errorCode={errorCode} />
      <ProviderButtons next={next} />
    </EntryFrame>
  )
}
