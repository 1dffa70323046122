import { type ReactNode, useEffect, useRef } from 'react'
import { claimArrival } from './arrival.ts'
import styles from './page.module.css'

interface PageProps {
  readonly title: string
  readonly text?: string
  /** Beside the heading. */
  readonly actions?: ReactNode
  readonly isNarrow?: boolean
  readonly children: ReactNode
}

/** A page within the shell: its heading is its title, and where a screen reader begins after a link was followed. */
export function Page({ title, text, actions, isNarrow = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · weAlist`
  }, [title])
  useEffect(() => {
    if (claimArrival()) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <div className={styles.page} data-narrow={isNarrow || undefined}>
      <header className={styles.head}>
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {text !== undefined && <p className={styles.text}>{text}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}
