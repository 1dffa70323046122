import styles from './flag.module.css'
import { flagOf } from './flag-design.ts'

interface FlagProps {
  readonly id: string
  readonly sizePx?: number
}

/** The sign of a workspace: a flag of the signal code, drawn from its id. */
export function Flag({ id, sizePx = 28 }: FlagProps) {
  const { path, ground, charge } = flagOf(id)
  return (
    <svg aria-hidden="true" className={styles.flag} width={sizePx} height={sizePx} viewBox="0 0 24 24">
      <path className={styles[ground]} d="M0 0h24v24H0z" />
      <path className={styles[charge]} d={path} />
    </svg>
  )
}
