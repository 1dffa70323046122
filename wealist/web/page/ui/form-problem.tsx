import styles from './form.module.css'
import { useFormState } from './form-state.ts'
import { Icon } from './icon.tsx'

interface FormProblemProps {
  /** Something else that is wrong, not found by sending the form. */
  readonly also?: string | undefined
}

/** What is wrong with the whole form; the region is always there, so that screen readers hear it change. */
export function FormProblem({ also }: FormProblemProps) {
  const { problem = also } = useFormState()
  return (
    <div role="alert" hidden={problem === undefined}>
      {problem !== undefined && (
        <p className={styles.problem}>
          <Icon name="alert" />
          <span>{problem}</span>
        </p>
      )}
    </div>
  )
}
