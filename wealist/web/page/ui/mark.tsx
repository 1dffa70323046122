import type { ReactNode } from 'react'
import styles from './mark.module.css'

interface MarkProps {
  readonly tone?: 'sea' | 'land' | 'plain' | 'alarm'
  readonly children: ReactNode
}

/** A word in a box: a role, a state. */
export function Mark({ tone = 'plain', children }: MarkProps) {
  return (
    <span className={styles.mark} data-tone={tone}>
      {children}
    </span>
  )
}
