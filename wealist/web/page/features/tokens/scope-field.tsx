import { Radio } from '@mantine/core'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './scope-field.module.css'
import { SCOPES } from './token-scope.ts'

/** What the token may do; the least unless somebody asks for more. */
export function ScopeField() {
  const { t } = useTranslation('account')
  const id = useId()
  return (
    <fieldset className={styles.field} aria-labelledby={id}>
      <legend id={id}>{t('tokens.scopes')}</legend>
      {SCOPES.map((scope) => (
        <Radio
          key={scope}
          name="scope"
          value={scope}
          defaultChecked={scope === 'read'}
          label={t(`tokens.scopeNames.${scope}`)}
          description={t(`tokens.scopeTexts.${scope}`)}
        />
      ))}
    </fieldset>
  )
}
