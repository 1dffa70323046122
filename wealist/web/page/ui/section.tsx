import { type ReactNode, useId } from 'react'
import styles from './section.module.css'

interface SectionProps {
  readonly title: string
  readonly text?: string
  /** Beside the heading, such as a state. */
  readonly mark?: ReactNode
  readonly isAlarming?: boolean
  readonly children: ReactNode
}

/** One matter of a page of settings. */
export function Section({ title, text, mark, isAlarming = false, children }: SectionProps) {
  const id = useId()
  return (
    <section className={styles.section} aria-labelledby={id} data-alarming={isAlarming || undefined}>
      <div className={styles.head}>
        <div className={styles.line}>
          <h2 id={id}>{title}</h2>
          {mark}
        </div>
        {text !== undefined && <p className={styles.text}>{text}</p>}
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  )
}
