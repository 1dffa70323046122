import { TextInput } from '@mantine/core'
import { useFormState } from './form-state.ts'

interface TextFieldProps {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly type?: 'text' | 'email'
  readonly autoComplete?: string
  readonly inputMode?: 'numeric' | 'text'
  readonly initial?: string
  readonly placeholder?: string
  readonly maxLength?: number
  /** The first field of a dialog. */
  readonly isFirst?: boolean
}

export function TextField({ name, label, hint, type = 'text', initial, isFirst = false, ...rest }: TextFieldProps) {
  const { faultOf } = useFormState()
  return (
    <TextInput
      {...rest}
      type={type}
      name={name}
      label={label}
      description={hint}
      defaultValue={initial}
      error={faultOf(name)}
      data-autofocus={isFirst || undefined}
      autoCapitalize={type === 'email' ? 'none' : undefined}
      spellCheck={false}
    />
  )
}
