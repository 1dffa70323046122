import type { Position } from './position.ts'

export const FAULT_CODES = [
  'STACK_YAML',
  'STACK_TOO_LARGE',
  'STACK_KEY_UNKNOWN',
  'STACK_KEY_MISSING',
  'STACK_VALUE_INVALID',
  'STACK_ENVIRONMENT_UNKNOWN',
  'STACK_OVERLAY_UNKNOWN',
  'STACK_VARIABLE_MISSING',
  'STACK_REFERENCE_UNKNOWN',
  'STACK_SHIFT_OUT_OF_RANGE',
  'STACK_PORT_UNALLOCATED',
] as const
export type FaultCode = (typeof FAULT_CODES)[number]

/** One thing that makes a stack file unusable. All faults of a file come together, in the order of its lines. */
export interface Fault extends Position {
  readonly code: FaultCode
  readonly message: string
  /** What would have been right, in words. */
  readonly expected?: string
  /** The valid spelling that is closest to what was written. */
  readonly nearest?: string
}

/** Everything a fault needs besides its place; `message` is a whole sentence. */
export interface FaultWords {
  readonly code: FaultCode
  readonly message: string
  readonly expected?: string | undefined
  readonly nearest?: string | undefined
}

export function faultAt(position: Position, words: FaultWords): Fault {
  return {
    file: position.file,
    line: position.line,
    column: position.column,
    code: words.code,
    message: words.message,
    ...(words.expected === undefined ? {} : { expected: words.expected }),
    ...(words.nearest === undefined ? {} : { nearest: words.nearest }),
  }
}

/** `portolan.yaml:12:7  STACK_KEY_UNKNOWN  "rotues" is not known here; did you mean "routes"?` */
export function formatFault(fault: Fault): string {
  return `${fault.file}:${fault.line}:${fault.column}  ${fault.code}  ${faultText(fault)}`
}

/** What is wrong, the nearest valid spelling and what was expected, without the place. */
export function faultText(fault: Fault): string {
  const hints = [
    fault.nearest === undefined ? undefined : `Did you mean "${fault.nearest}"?`,
    fault.expected === undefined ? undefined : `Expected ${fault.expected}.`,
  ].filter((hint) => hint !== undefined)
  return [fault.message, ...hints].join(' ')
}

export function inFileOrder(faults: readonly Fault[]): readonly Fault[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column)
}
