import { Button, Modal } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import styles from './dialog.module.css'
import { errorWords } from './error-words.ts'
import { FormProblem } from './form-problem.tsx'
import { useFocusReturn } from './use-focus-return.ts'

interface ConfirmDialogProps {
  readonly title: string
  readonly text: string
  /** What the button does. */
  readonly confirm: string
  readonly isAlarming?: boolean
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
}

/** Before what cannot be taken back. Open for as long as it is rendered; it says what went wrong. */
export function ConfirmDialog({ title, text, confirm, isAlarming = true, onConfirm, onClose }: ConfirmDialogProps) {
  const { t } = useTranslation()
  useFocusReturn()
  const doing = useMutation({ mutationFn: onConfirm, onSuccess: onClose })
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className={styles.body}>
        <p>{text}</p>
        <FormProblem also={doing.error === null ? undefined : errorWords(t, doing.error)} />
        <div className={styles.actions}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button variant={isAlarming ? 'alarm' : 'filled'} loading={doing.isPending} onClick={() => doing.mutate()}>
            {confirm}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
