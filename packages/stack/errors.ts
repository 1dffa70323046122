import { AppError, type ErrorCatalogue, isAppError } from '@portolan/errors'
import { type Fault, formatFault, inFileOrder } from './fault.ts'

export const STACK_ERRORS = {
  STACK_INVALID: { status: 422, title: 'The stack file cannot be used' },
} as const satisfies ErrorCatalogue

/** Carries every fault of the file in `details.faults`. */
export function stackInvalid(faults: readonly Fault[]): AppError {
  const ordered = inFileOrder(faults)
  const count = ordered.length === 1 ? 'one fault' : `${ordered.length} faults`
  const message = `The stack file has ${count}:\n${ordered.map(formatFault).join('\n')}`
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
