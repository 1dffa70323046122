import { TextInput } from '@mantine/core'
import { CopyButton } from './copy-button.tsx'
import styles from './copy-field.module.css'

interface CopyFieldProps {
  readonly label: string
  readonly value: string
}

/** Something to take along: selectable, and copied by a button that says so. */
export function CopyField({ label, value }: CopyFieldProps) {
  return (
    <div className={styles.line}>
      <TextInput
        className={styles.text ?? ''}
        label={label}
        value={value}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={value} />
    </div>
  )
}
