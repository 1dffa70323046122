import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorWords, faultsByField, faultWords } from './error-words.ts'
import type { FormFaults } from './form-rules.ts'
import type { FormState } from './form-state.ts'

interface FormSending {
  readonly state: FormState
  /** Grows with each refusal, so that focus can go to the first fault once. */
  readonly refusalCount: number
  readonly send: (form: HTMLFormElement) => void
  /** The person is mending the field. */
  readonly forget: (name: string) => void
}

interface FormWork {
  readonly onSubmit: (values: FormData) => Promise<void>
  check?: ((values: FormData) => FormFaults) | undefined
}

/** Checks what was typed, sends it, and knows what is wrong: at which field, or with the whole. */
export function useFormSending({ onSubmit, check }: FormWork): FormSending {
  const { t } = useTranslation()
  const [faults, setFaults] = useState<ReadonlyMap<string, string>>(new Map())
  const [problem, setProblem] = useState<unknown>(undefined)
  const sending = useMutation({ mutationFn: (form: HTMLFormElement) => onSubmit(new FormData(form)) })
  const [refusalCount, setRefusalCount] = useState(0)

  const refuse = (error: unknown, form: HTMLFormElement) => {
    const found = faultsByField(t, error)
    setFaults(found)
    // Said at the field, it need not be said again below; unless the form has no such field.
    const isAtField = [...found.keys()].some((name) => form.elements.namedItem(name) !== null)
    setProblem(isAtField ? undefined : error)
    setRefusalCount((count) => count + 1)
  }
  const send = (form: HTMLFormElement) => {
    if (sending.isPending) return
    const found = Object.entries(check?.(new FormData(form)) ?? {})
    setProblem(undefined)
    setFaults(new Map(found.map(([name, rule]) => [name, faultWords(t, { rule, reason: rule })])))
    if (found.length > 0) setRefusalCount((count) => count + 1)
    else sending.mutate(form, { onError: (error) => refuse(error, form) })
  }
  const forget = (name: string) => {
    if (faults.has(name)) setFaults(new Map([...faults].filter(([each]) => each !== name)))
  }
  const state = {
    faultOf: (name: string) => faults.get(name),
    isPending: sending.isPending,
    problem: problem === undefined ? undefined : errorWords(t, problem),
  }
  return { state, refusalCount, send, forget }
}
