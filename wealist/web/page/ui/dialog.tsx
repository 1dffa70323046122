import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './dialog.module.css'
import { useFocusReturn } from './use-focus-return.ts'

interface DialogProps {
  readonly title: string
  readonly text?: string
  readonly onClose: () => void
  /** False where a click beside it, or Escape, would lose what is shown only once. */
  readonly isEasilyClosed?: boolean
  readonly children: ReactNode
}

/** Open for as long as it is rendered. Focus goes in, stays in, and comes back. */
export function Dialog({ title, text, onClose, isEasilyClosed = true, children }: DialogProps) {
  const { t } = useTranslation()
  useFocusReturn()
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeOnClickOutside={isEasilyClosed}
      closeOnEscape={isEasilyClosed}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className={styles.body}>
        {text !== undefined && <p className={styles.text}>{text}</p>}
        {children}
      </div>
    </Modal>
  )
}
