import type { DeclaredStack } from '@portolan/stack'
import { type Finding, mergeFindings } from './finding.ts'
import type { CheckFacts } from './rule.ts'
import { RULES } from './rules.ts'

/**
 * Everything that is wrong with a stack in one environment, in the order of its lines.
 * @param resolved with the values `'unset'`: with real ones, a secret that came from outside looks written
 */
export function checkResolved(resolved: DeclaredStack, facts: CheckFacts = {}): readonly Finding[] {
  return mergeFindings(RULES.flatMap((rule) => rule.check(resolved, facts)))
}
