import styles from './wordmark.module.css'

/** The name of the product, which is the same in every language. */
const NAME = 'weAlist'

export function Wordmark() {
  return (
    <span className={styles.wordmark} translate="no">
      <svg aria-hidden="true" width="26" height="22" viewBox="2 3 28 26" preserveAspectRatio="none">
        <path className={styles.field} d="M2 3h28v26H2z" />
        <path className={styles.hoist} d="M2 3l14 13L2 29z" />
        <path className={styles.fly} d="M30 3 16 16l14 13z" />
        <path className={styles.heart} d="m16 10 5.5 6-5.5 6-5.5-6z" />
      </svg>
      {NAME}
    </span>
  )
}
