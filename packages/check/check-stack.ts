import { type DeclaredStack, environmentNames, resolveStack, type Stack } from '@portolan/stack'
import { checkResolved } from './check-resolved.ts'
import { type Finding, mergeFindings } from './finding.ts'
import type { CheckFacts } from './rule.ts'

export interface EnvironmentChoice {
  /** All of them unless given. */
  readonly environment?: string
  /** Added to every port, as `up --shift` does; 0 unless given. */
  readonly shift?: number
}
export type CheckOptions = EnvironmentChoice & CheckFacts

/**
 * Everything that is wrong with a stack, in every environment; what is wrong in several is said once. `${NAME}` is
 * left as it stands, so no value of any environment is needed.
 * @throws STACK_INVALID when an environment cannot be resolved
 */
export function checkStack(stack: Stack, options: CheckOptions = {}): readonly Finding[] {
  return mergeFindings(resolvedIn(stack, options).flatMap((resolved) => checkResolved(resolved, options)))
}

/**
 * The files that a stack names, from the folder of its file: whoever calls looks which of them are not there, and says
 * so by `missingFiles`.
 * @throws STACK_INVALID when an environment cannot be resolved
 */
export function filesNamed(stack: Stack, choice: EnvironmentChoice = {}): ReadonlySet<string> {
  const services = resolvedIn(stack, choice).flatMap((resolved) => resolved.services)
  return new Set(services.flatMap(({ run }) => (run.kind === 'module' ? [run.module] : [])))
}

function resolvedIn(stack: Stack, { environment, shift = 0 }: EnvironmentChoice): readonly DeclaredStack[] {
  const names = environment === undefined ? environmentNames(stack) : [environment]
  return names.map((name) => resolveStack(stack, { environment: name, values: 'unset', shift, leaveOpen: true }))
}
