import { AppError, type ErrorCatalogue, isAppError } from '@portolan/errors'
import { type Fault, formatFault, inFileOrder } from './fault.ts'

export const STACK_ERRORS = {
  STACK_INVALID: { status: 422, title: 'The stack file cannot be used' },
} as const satisfies ErrorCatalogue

const SHOWN_COUNT = 50

/** Carries every fault of the file in `details.faults`. */
export function stackInvalid(faults: readonly Fault[]): AppError {
  const ordered = withoutRepeats(inFileOrder(faults))
  const count = ordered.length === 1 ? 'one fault' : `${ordered.length} faults`
  const shown = ordered.slice(0, SHOWN_COUNT).map(formatFault)
  const rest = ordered.length > SHOWN_COUNT ? [`and ${ordered.length - SHOWN_COUNT} more.`] : []
  const message = `The stack file has ${count}:\n${[...shown, ...rest].join('\n')}`
  return new AppError('STACK_INVALID', message, {
    status: STACK_ERRORS.STACK_INVALID.status,
    details: { faults: ordered },
  })
}

/** The faults of a STACK_INVALID error; empty for any other error. */
export function faultsOf(error: unknown): readonly Fault[] {
  if (!isAppError(error) || error.code !== 'STACK_INVALID') return []
  const { faults } = error.details
  return Array.isArray(faults) ? faults : []
}

/** One thing may be found on two ways: by the port and by what it is published as. */
function withoutRepeats(faults: readonly Fault[]): readonly Fault[] {
  return [...new Map(faults.map((fault) => [formatFault(fault), fault])).values()]
}
