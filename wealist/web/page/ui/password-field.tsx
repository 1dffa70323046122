import { PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormState } from './form-state.ts'

interface PasswordFieldProps {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly autoComplete: 'current-password' | 'new-password'
  /** The first field of a dialog. */
  readonly isFirst?: boolean
}

export function PasswordField({ name, label, hint, autoComplete, isFirst = false }: PasswordFieldProps) {
  const { t } = useTranslation()
  const { faultOf } = useFormState()
  const [isVisible, setVisible] = useState(false)
  const fault = faultOf(name)
  const toggle = { 'aria-label': t(isVisible ? 'hidePassword' : 'showPassword'), 'aria-hidden': false, tabIndex: 0 }
  return (
    <PasswordInput
      name={name}
      label={label}
      description={hint}
      autoComplete={autoComplete}
      error={fault}
      aria-invalid={fault !== undefined || undefined} // unlike its other fields, Mantine leaves it out here
      data-autofocus={isFirst || undefined}
      visible={isVisible}
      onVisibilityChange={setVisible}
      visibilityToggleButtonProps={toggle}
    />
  )
}
