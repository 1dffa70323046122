import { useId } from 'react'
import styles from './option-row.module.css'

interface Option<Value extends string> {
  readonly value: Value
  readonly label: string
  /** The language of the label, where it is another than the page's. */
  readonly lang?: string
}

interface OptionRowProps<Value extends string> {
  readonly label: string
  readonly options: readonly Option<Value>[]
  readonly chosen: Value
  /** The first field of a dialog. */
  readonly isFirst?: boolean
  readonly onChoose: (value: Value) => void
}

/** A few choices side by side, of which one holds: radio buttons, with all that they know of the keyboard. */
export function OptionRow<Value extends string>({
  label,
  options,
  chosen,
  isFirst = false,
  onChoose,
}: OptionRowProps<Value>) {
  const name = useId()
  return (
    <fieldset className={styles.row} aria-label={label}>
      {options.map(({ value, label: words, lang }) => (
        <label key={value} className={styles.option} lang={lang}>
          <input
            type="radio"
            name={name}
            checked={value === chosen}
            data-autofocus={(isFirst && value === chosen) || undefined}
            onChange={() => onChoose(value)}
          />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  )
}
