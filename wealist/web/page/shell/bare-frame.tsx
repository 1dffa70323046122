import type { ReactNode } from 'react'
import { useIsFramed } from './frame-context.ts'
import styles from './plain-frame.module.css'
import { StartLink } from './start-link.tsx'

interface BareFrameProps {
  readonly children: ReactNode
}

/** Around what is shown in place of a page: a frame of its own unless there is one. */
export function BareFrame({ children }: BareFrameProps) {
  if (useIsFramed()) return children
  return (
    <div className={styles.frame}>
      <header className={styles.head}>
        <StartLink />
      </header>
      <main className={styles.main}>{children}</main>
    </div>
  )
}
