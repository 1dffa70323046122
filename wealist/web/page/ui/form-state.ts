import { createContext, use } from 'react'

export interface FormState {
  /** What is wrong with a field, in words. */
  readonly faultOf: (name: string) => string | undefined
  readonly isPending: boolean
  /** What is wrong with the whole. */
  readonly problem: string | undefined
}

const NOTHING: FormState = { faultOf: () => undefined, isPending: false, problem: undefined }

export const FormContext = createContext<FormState>(NOTHING)

/** The state of the form around a field or a button. */
export function useFormState(): FormState {
  return use(FormContext)
}
