import { faultsOf } from './errors.ts'
import type { Fault } from './fault.ts'
import { type ResolveOptions, resolveStack } from './resolve.ts'
import type { ResolvedStack, Service } from './resolved-stack.ts'
import { parseStack } from './stack.ts'

/** The name under which texts of tests are read. */
export const FILE = 'portolan.yaml'

export function resolveText(text: string, options: Partial<ResolveOptions> = {}): ResolvedStack {
  return resolveStack(parseStack(text, FILE), { values: {}, ...options })
}

/** The faults that keep a text from being used; empty when it can be. Anything but STACK_INVALID is thrown on. */
export function faultsIn(text: string, options: Partial<ResolveOptions> = {}): readonly Fault[] {
  try {
    resolveText(text, options)
    return []
  } catch (error) {
    const faults = faultsOf(error)
    if (faults.length === 0) throw error
    return faults
  }
}

/** `line:column CODE` of each fault, which is what a test usually holds on to. */
export function placesIn(text: string, options: Partial<ResolveOptions> = {}): readonly string[] {
  return faultsIn(text, options).map(({ line, column, code }) => `${line}:${column} ${code}`)
}

export function serviceNamed(stack: ResolvedStack, name: string): Service {
  const service = stack.services.find((one) => one.name === name)
  if (service === undefined) throw new TypeError(`There is no service "${name}".`)
  return service
}

/** Whether a fault stands in a text: on one of its lines, at most one column behind its end. */
export function isInFile({ file, line, column }: Fault, text: string): boolean {
  const written = text.split('\n')[line - 1]
  return file === FILE && written !== undefined && column >= 1 && column <= written.length + 1
}
