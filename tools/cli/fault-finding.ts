import type { Finding } from '@portolan/check'
import { environmentNames, type Fault, faultsOf, faultText, resolveStack, type Stack } from '@portolan/stack'

/** A fault of a stack file said as a finding, so that every format can carry it. */
export function findingOfFault(fault: Fault, environments: readonly string[] = []): Finding {
  const { code, file, line, column } = fault
  return { code, severity: 'error', message: faultText(fault), file, line, column, related: [], environments }
}

/** What keeps environments from being resolved; one fault of several environments is said once. */
export function faultsAsFindings(stack: Stack, environment: string | undefined): readonly Finding[] {
  const names = environment === undefined ? environmentNames(stack) : [environment]
  const byPlace = new Map<string, Finding>()
  for (const name of names) {
    for (const fault of faultsInEnvironment(stack, name)) {
      const key = JSON.stringify(fault)
      byPlace.set(key, findingOfFault(fault, [...(byPlace.get(key)?.environments ?? []), name]))
    }
  }
  return [...byPlace.values()]
}

function faultsInEnvironment(stack: Stack, environment: string): readonly Fault[] {
  try {
    resolveStack(stack, { environment, values: 'unset', leaveOpen: true })
    return []
  } catch (error) {
    const faults = faultsOf(error)
    if (faults.length === 0) throw error
    return faults
  }
}
