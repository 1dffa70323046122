import { environmentNames, resolveStack, type Stack } from '@portolan/stack'
import { checkResolved } from './check-resolved.ts'
import { type Finding, mergeFindings } from './finding.ts'

export interface CheckOptions {
  /** All of them unless given. */
  readonly environment?: string
}

/**
 * Everything that is wrong with a stack, in every environment; what is wrong in several is said once. `${NAME}` is
 * left as it stands, so no value of any environment is needed.
 * @throws STACK_INVALID when an environment cannot be resolved
 */
export function checkStack(stack: Stack, options: CheckOptions = {}): readonly Finding[] {
  const names = options.environment === undefined ? environmentNames(stack) : [options.environment]
  return mergeFindings(
    names.flatMap((environment) => checkResolved(resolveStack(stack, { environment, values: 'unset' }))),
  )
}
