import { useTranslation } from 'react-i18next'
import { TextField } from './text-field.tsx'

interface CodeFieldProps {
  readonly isFirst?: boolean
}

/** A code of the app, or a recovery code. */
export function CodeField({ isFirst = false }: CodeFieldProps) {
  const { t } = useTranslation('account')
  return (
    <TextField
      name="code"
      label={t('security.code')}
      hint={t('security.codeHint')}
      autoComplete="one-time-code"
      maxLength={40}
      isFirst={isFirst}
    />
  )
}
