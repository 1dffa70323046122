import { NativeSelect } from '@mantine/core'
import type { ChangeEvent } from 'react'
import { useFormState } from './form-state.ts'

interface ChoiceFieldProps {
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly initial?: string
  readonly onChoose?: (value: string) => void
}

/** The browser's own list: the best one on a phone, and known to every screen reader. */
export function ChoiceField({ name, label, hint, options, initial, onChoose }: ChoiceFieldProps) {
  const { faultOf } = useFormState()
  return (
    <NativeSelect
      name={name}
      label={label}
      description={hint}
      data={[...options]}
      defaultValue={initial}
      error={faultOf(name)}
      onChange={(event: ChangeEvent<HTMLSelectElement>) => onChoose?.(event.currentTarget.value)}
    />
  )
}
