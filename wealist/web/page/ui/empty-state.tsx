import type { ReactNode } from 'react'
import styles from './empty-state.module.css'

interface EmptyStateProps {
  readonly title: string
  readonly text?: string
  readonly children?: ReactNode
}

/** Where a list would be: what is missing, and how it comes there. */
export function EmptyState({ title, text, children }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      <svg aria-hidden="true" viewBox="-50 -50 100 100" width="72" height="72">
        <circle r="46" />
        <circle r="41" strokeDasharray="0.8 7.785" strokeWidth="5" />
        <path d="M0-36 5-5 36 0 5 5 0 36-5 5-36 0-5-5Z" />
        <path className={styles.filled} d="M0-36 5-5 0 0ZM36 0 5 5 0 0ZM0 36-5 5 0 0ZM-36 0-5-5 0 0Z" />
      </svg>
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </div>
  )
}
