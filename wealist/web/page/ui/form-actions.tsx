import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './form.module.css'
import { FormProblem } from './form-problem.tsx'
import { useFormState } from './form-state.ts'

interface FormActionsProps {
  /** What the button does. */
  readonly submit: string
  readonly isAlarming?: boolean
  readonly isFullWidth?: boolean
  readonly align?: 'start' | 'end'
  readonly problem?: string | undefined
  readonly isDisabled?: boolean
  /** Other buttons. */
  readonly children?: ReactNode
}

/** The last line of a form: what went wrong, and the buttons. */
export function FormActions(props: FormActionsProps) {
  const { submit, isAlarming = false, isFullWidth = false, align = 'start', problem, isDisabled = false } = props
  const { isPending } = useFormState()
  return (
    <>
      <FormProblem also={problem} />
      <div className={styles.actions} data-align={align}>
        {align === 'end' && props.children}
        <Button
          type="submit"
          variant={isAlarming ? 'alarm' : 'filled'}
          loading={isPending}
          fullWidth={isFullWidth}
          disabled={isDisabled}
        >
          {submit}
        </Button>
        {align === 'start' && props.children}
      </div>
    </>
  )
}
