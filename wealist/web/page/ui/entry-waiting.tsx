import { Loader } from '@mantine/core'
import styles from './entry-waiting.module.css'

interface EntryWaitingProps {
  readonly text: string
}

/** What an entry page is doing by itself. */
export function EntryWaiting({ text }: EntryWaitingProps) {
  return (
    <p className={styles.waiting} role="status">
      <Loader size="sm" aria-hidden="true" />
      {text}
    </p>
  )
}
