import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { speak } from '../i18n/start-i18n.ts'
import { claimArrival } from './arrival.ts'
import { ChartScene } from './chart-scene.tsx'
import styles from './entry-frame.module.css'
import { LanguageChoice } from './language-choice.tsx'
import { Wordmark } from './wordmark.tsx'

interface EntryFrameProps {
  readonly title: string
  readonly text?: string
  /** Below the form: where else one may want to go. */
  readonly footer?: ReactNode
  readonly children?: ReactNode
}

/** The pages before one is signed in: the chart on one side, one thing to do on the other. */
export function EntryFrame({ title, text, footer, children }: EntryFrameProps) {
  const { t } = useTranslation('entry')
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · weAlist`
    if (claimArrival()) heading.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <div className={styles.frame}>
      <aside className={styles.scene}>
        <ChartScene />
        <div className={styles.cartouche}>
          <p className={styles.headline}>{t('headline')}</p>
          <p>{t('lead')}</p>
        </div>
      </aside>
      <div className={styles.side}>
        <header className={styles.top}>
          <Wordmark />
          <LanguageChoice onChoose={(locale) => void speak(locale)} />
        </header>
        <main className={styles.main}>
          <div>
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {text !== undefined && <p className={styles.text}>{text}</p>}
          </div>
          {children}
          {footer !== undefined && <div className={styles.footer}>{footer}</div>}
        </main>
      </div>
    </div>
  )
}
