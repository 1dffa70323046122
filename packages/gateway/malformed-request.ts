import type { AppError } from '@portolan/errors'
import { badRequest, headersTooLarge } from './errors.ts'
import { MalformedMessage } from './http1/malformed-message.ts'

/** The largest head of a request, in bytes: with it a browser's cookies fit, and no more. */
export const HEAD_LIMIT_BYTES = 16_384

/** What to say of bytes that are no request. */
export function malformedRequest(fault: Error): AppError {
  if (!(fault instanceof MalformedMessage)) return badRequest('it is not valid HTTP/1.1')
  return fault.kind === 'too-large' ? headersTooLarge(HEAD_LIMIT_BYTES) : badRequest(fault.fault)
}
