import type { AppError } from '@portolan/errors'
import { badRequest, headersTooLarge } from './errors.ts'
import { MalformedMessage } from './http1/malformed-message.ts'

/** What to say of bytes that are no request. @param limitBytes of the head, as far as it may be known here */
export function malformedRequest(fault: Error, limitBytes = 0): AppError {
  if (!(fault instanceof MalformedMessage)) return badRequest('it is not valid HTTP/1.1')
  return fault.kind === 'too-large' ? headersTooLarge(limitBytes) : badRequest(fault.fault)
}
