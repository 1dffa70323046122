import { AppError } from '@portolan/errors'
import { OBJECTS_ERRORS, type ObjectsErrorCode } from './errors.ts'

function imageError(code: ObjectsErrorCode, message: string, facts: { cause?: unknown; details?: Details } = {}) {
  return new AppError(code, message, { status: OBJECTS_ERRORS[code].status, ...facts })
}

type Details = Readonly<Record<string, unknown>>

export function imageInvalid(cause?: unknown): AppError {
  const message = 'The image cannot be read: it is damaged or incomplete. Choose another file, or save it anew.'
  return imageError('OBJECTS_IMAGE_INVALID', message, cause === undefined ? {} : { cause })
}

export function imageUnsupported(formats: readonly string[]): AppError {
  const message = `The file is no image of a format that is taken. Expected one of: ${formats.join(', ')}.`
  return imageError('OBJECTS_IMAGE_UNSUPPORTED', message, { details: { formats } })
}

export function imageTooLarge(limitBytes: number): AppError {
  const message = `The image has more than ${limitBytes} bytes. Choose a smaller one.`
  return imageError('OBJECTS_IMAGE_TOO_LARGE', message, { details: { limitBytes } })
}

export function imageTooManyPixels(limitPixels: number): AppError {
  const message = `The image has more than ${limitPixels} pixels. Scale it down, or choose a smaller one.`
  return imageError('OBJECTS_IMAGE_TOO_MANY_PIXELS', message, { details: { limitPixels } })
}

export function imageTimedOut(timeoutMs: number, cause?: unknown): AppError {
  const message = `The image could not be read within ${timeoutMs} ms. Choose a smaller one.`
  const details = { timeoutMs }
  return imageError('OBJECTS_IMAGE_TIMED_OUT', message, cause === undefined ? { details } : { cause, details })
}

export function imageBusy(): AppError {
  return imageError('OBJECTS_IMAGE_BUSY', 'Too many images are waiting to be read. Try again in a moment.')
}
