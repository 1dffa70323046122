import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import styles from './form.module.css'
import type { FormFaults } from './form-rules.ts'
import { FormContext } from './form-state.ts'
import { useFormSending } from './use-form-sending.ts'

interface FormProps {
  /** Sends it; a rejection is shown at the fields it names, or above the button. */
  readonly onSubmit: (values: FormData) => Promise<void>
  /** What can be said without asking. */
  readonly check?: (values: FormData) => FormFaults
  readonly children: ReactNode
}

/** Fields keep their own text; this knows what is wrong with them and what is being sent. */
export function Form({ onSubmit, check, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null)
  const { state, refusalCount, send, forget } = useFormSending({ onSubmit, check })
  useEffect(() => {
    if (refusalCount > 0) focusFirstFault(form.current)
  }, [refusalCount])

  return (
    <form
      ref={form}
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        send(event.currentTarget)
      }}
      onInput={({ target }) => forget(target instanceof Element ? (target.getAttribute('name') ?? '') : '')}
      onKeyDown={refuseComposing}
    >
      <FormContext value={state}>{children}</FormContext>
    </form>
  )
}

/** Enter ends a syllable while an IME composes; some browsers would submit the form with it (229 is Safari's sign). */
function refuseComposing(event: KeyboardEvent): void {
  if (event.key === 'Enter' && (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229)) {
    event.preventDefault()
  }
}

function focusFirstFault(form: HTMLFormElement | null): void {
  const wrong = form?.querySelector('[aria-invalid="true"]')
  if (wrong instanceof HTMLElement) wrong.focus()
}
