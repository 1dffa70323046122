import { environmentNames, resolveStack, type Stack } from '@portolan/stack'
import type { StackPair } from './contradiction.ts'
import { portContradictions } from './contradictions/ports.ts'
import { routeContradictions } from './contradictions/routes.ts'
import { serviceContradictions } from './contradictions/services.ts'
import { stacksDiffer } from './errors.ts'
import { type Finding, mergeFindings } from './finding.ts'

/**
 * Every contradiction between two files about the same stack. Environments are compared by name, and the default of
 * one with the default of the other. How a service runs is not compared: files differ in that on purpose.
 * @throws CHECK_STACKS_DIFFER when the files name different stacks, STACK_INVALID when one cannot be resolved
 */
export function compareStacks(a: Stack, b: Stack): readonly Finding[] {
  if (a.name !== b.name) throw stacksDiffer(a, b)
  return mergeFindings(
    environmentPairs(a, b).flatMap((pair) => [
      ...portContradictions(pair),
      ...routeContradictions(pair),
      ...serviceContradictions(pair),
    ]),
  )
}

function environmentPairs(a: Stack, b: Stack): readonly StackPair[] {
  const shared = environmentNames(a).filter((name) => environmentNames(b).includes(name))
  const pairs = shared.map((name) => [name, name] as const)
  const defaults = [a.defaultEnvironment, b.defaultEnvironment] as const
  const all = defaults[0] === defaults[1] ? pairs : [...pairs, defaults]
  return all.map(([ofA, ofB]) => ({
    a: resolveStack(a, { environment: ofA, values: 'unset', leaveOpen: true }),
    b: resolveStack(b, { environment: ofB, values: 'unset', leaveOpen: true }),
    environment: ofA === ofB ? ofA : `${ofA}/${ofB}`,
  }))
}
