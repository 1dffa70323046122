import { AppError, isAppError } from '@portolan/errors'
import type { Fault } from './contract.ts'
import { answerInvalid } from './errors.ts'

/** The error in an answer that is not 2xx: `application/problem+json` (RFC 9457) with our `code` and `details`. */
export async function errorOf(response: Response): Promise<AppError> {
  const isProblem = response.headers.get('content-type')?.includes('application/problem+json') === true
  const problem: unknown = isProblem ? await response.json().catch(() => undefined) : undefined
  const code = fieldOf(problem, 'code')
  if (typeof code !== 'string') return answerInvalid(response.status)
  const detail = fieldOf(problem, 'detail')
  const details = fieldOf(problem, 'details')
  const requestId = fieldOf(problem, 'requestId')
  return new AppError(code, typeof detail === 'string' ? detail : code, {
    status: response.status,
    details: { ...(isRecord(details) ? details : {}), ...(typeof requestId === 'string' ? { requestId } : {}) },
  })
}

/** What is wrong with single fields, by name of the field; empty when the error is about something else. */
export function faultsOf(error: unknown): readonly Fault[] {
  const faults: unknown = isAppError(error) ? fieldOf(error.details, 'faults') : undefined
  return Array.isArray(faults) ? faults.filter(isFault) : []
}

/** A text or number of the error's details. */
export function detailOf(error: unknown, name: string): string | number | undefined {
  const value: unknown = isAppError(error) ? fieldOf(error.details, name) : undefined
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

function isFault(value: unknown): value is Fault {
  return typeof fieldOf(value, 'field') === 'string' && typeof fieldOf(value, 'reason') === 'string'
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
