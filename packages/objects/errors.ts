import { AppError, type ErrorCatalogue, errorCode, errorMessage, isAppError } from '@portolan/errors'

export const OBJECTS_ERRORS = {
  OBJECTS_URL_INVALID: { status: 400, title: 'The URL of the object store is not valid' },
  OBJECTS_OPTION_INVALID: { status: 400, title: 'A value given to the object store is out of range' },
  OBJECTS_KEY_INVALID: { status: 400, title: 'The key of the object is not allowed' },
  OBJECTS_TYPE_INVALID: { status: 400, title: 'The content type is not valid' },
  OBJECTS_NOT_FOUND: { status: 404, title: 'There is no such object' },
  OBJECTS_KEY_TAKEN: { status: 409, title: 'An object of this key exists already' },
  OBJECTS_CHANGED: { status: 412, title: 'The object changed while it was read' },
  OBJECTS_GRANT_INVALID: { status: 403, title: 'The signed URL does not allow this' },
  OBJECTS_GRANT_EXPIRED: { status: 403, title: 'The signed URL has expired' },
  OBJECTS_TYPE_MISMATCH: { status: 415, title: 'The upload is of another type than was agreed' },
  OBJECTS_SIZE_MISMATCH: { status: 400, title: 'The upload is not as long as was agreed' },
  OBJECTS_TOO_LARGE: { status: 413, title: 'The upload is longer than was agreed' },
  OBJECTS_UPLOAD_CUT_OFF: { status: 400, title: 'The upload broke off' },
  OBJECTS_UPLOAD_STALLED: { status: 408, title: 'The upload stood still' },
  OBJECTS_RANGE_UNSATISFIABLE: { status: 416, title: 'The object is shorter than the range asked for' },
  OBJECTS_STORE_FULL: { status: 507, title: 'The object store is full' },
  OBJECTS_STORE_UNREACHABLE: { status: 503, title: 'The object store cannot be reached' },
  OBJECTS_STORE_REFUSED: { status: 503, title: 'The object store refused' },
  OBJECTS_STORE_FAILED: { status: 503, title: 'The object store failed' },
  OBJECTS_BUCKET_UNKNOWN: { status: 503, title: 'The bucket does not exist' },
  OBJECTS_FOLDER_UNUSABLE: { status: 500, title: 'The folder of the object store cannot be used' },
  OBJECTS_OBJECT_DAMAGED: { status: 500, title: 'The file of an object is damaged' },
  OBJECTS_IMAGE_INVALID: { status: 422, title: 'The image cannot be read' },
  OBJECTS_IMAGE_UNSUPPORTED: { status: 415, title: 'The image is of a format that is not taken' },
  OBJECTS_IMAGE_TOO_LARGE: { status: 413, title: 'The image has too many bytes' },
  OBJECTS_IMAGE_TOO_MANY_PIXELS: { status: 413, title: 'The image has too many pixels' },
  OBJECTS_IMAGE_TIMED_OUT: { status: 422, title: 'The image takes too long to read' },
  OBJECTS_IMAGE_BUSY: { status: 503, title: 'Too many images are waiting' },
} as const satisfies ErrorCatalogue

export type ObjectsErrorCode = keyof typeof OBJECTS_ERRORS

interface Facts {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function objectsError(code: ObjectsErrorCode, message: string, facts: Facts = {}): AppError {
  return new AppError(code, message, { status: OBJECTS_ERRORS[code].status, ...facts })
}

export function isObjectsErrorCode(code: string): code is ObjectsErrorCode {
  return Object.hasOwn(OBJECTS_ERRORS, code)
}

/** What the object store service answered, as the error that it threw. */
export function answeredError(code: ObjectsErrorCode, message: string): AppError {
  return objectsError(code, message)
}

/** @param reason never quotes the URL, which holds secrets */
export function urlInvalid(reason: string, cause?: unknown): AppError {
  const message =
    `The URL of the object store is not valid: ${reason}. Expected "http://host:9000?key=SECRET" (the object store ` +
    `service), "disk:///folder?key=SECRET" or "s3://ID:SECRET@host/bucket?region=REGION&key=SECRET".`
  return objectsError('OBJECTS_URL_INVALID', message, cause === undefined ? {} : { cause })
}

export function optionInvalid(name: string, { value, expected }: { value: unknown; expected: string }): AppError {
  const message = `"${name}" is ${JSON.stringify(value)}. Expected ${expected}.`
  return objectsError('OBJECTS_OPTION_INVALID', message, { details: { name } })
}

/** Never quotes the key: it may hold anything. */
export function keyInvalid(kind: 'key' | 'prefix', reason: string): AppError {
  const form = kind === 'key' ? 'profiles/{userId}/avatar.webp' : 'profiles/{userId}/'
  const message =
    `The ${kind} of the object is not allowed: ${reason}. Expected the form "${form}", beginning with profiles, ` +
    `boards, storage or video. What a person calls a file goes into the download's fileName.`
  return objectsError('OBJECTS_KEY_INVALID', message)
}

export function typeInvalid(): AppError {
  const message = 'The content type is not valid. Expected a media type such as "image/png" of at most 255 characters.'
  return objectsError('OBJECTS_TYPE_INVALID', message)
}

export function notFound(key: string): AppError {
  const message = `There is no object "${key}". It was never uploaded, or it was deleted.`
  return objectsError('OBJECTS_NOT_FOUND', message, { details: { key } })
}

export function keyTaken(key: string): AppError {
  const message = `An object "${key}" exists already and was left as it is. Ask for an upload of another key.`
  return objectsError('OBJECTS_KEY_TAKEN', message, { details: { key } })
}

export function objectChanged(key: string, cause?: unknown): AppError {
  const message = `The object "${key}" kept changing while it was read. Try again.`
  return objectsError('OBJECTS_CHANGED', message, { details: { key }, ...(cause === undefined ? {} : { cause }) })
}

export function grantInvalid(): AppError {
  const message =
    'This URL does not allow this request: it was signed for another one, by another key, or was changed. Use it as ' +
    'it was given, with the method and headers that came with it.'
  return objectsError('OBJECTS_GRANT_INVALID', message)
}

export function grantExpired(expiredAt: Date): AppError {
  const message = `This URL expired at ${expiredAt.toISOString()}. Ask for a new one.`
  return objectsError('OBJECTS_GRANT_EXPIRED', message, { details: { expiredAt: expiredAt.toISOString() } })
}

export function typeMismatch(expected: string): AppError {
  const message = `The upload has another Content-Type than was agreed. Send "Content-Type: ${expected}".`
  return objectsError('OBJECTS_TYPE_MISMATCH', message, { details: { expected } })
}

export function sizeMismatch(expectedBytes: number, sizeBytes: number): AppError {
  const message = `The upload has ${sizeBytes} bytes; ${expectedBytes} were agreed. Nothing was stored. Ask for an upload of the right size.`
  return objectsError('OBJECTS_SIZE_MISMATCH', message, { details: { expectedBytes, sizeBytes } })
}

export function tooLarge(limitBytes: number): AppError {
  const message = `The upload has more than the ${limitBytes} bytes that were agreed. Nothing was stored. Send less.`
  return objectsError('OBJECTS_TOO_LARGE', message, { details: { limitBytes } })
}

export function uploadCutOff(cause: unknown): AppError {
  const message = 'The upload broke off before its end. Nothing was stored. Send it again.'
  return objectsError('OBJECTS_UPLOAD_CUT_OFF', message, { cause })
}

export function uploadStalled(idleMs: number): AppError {
  const message = `No byte of the upload came for ${idleMs} ms. Nothing was stored. Send it again.`
  return objectsError('OBJECTS_UPLOAD_STALLED', message, { details: { idleMs } })
}

export function rangeUnsatisfiable(sizeBytes: number): AppError {
  const message = `The range asked for begins after the end of the object, which has ${sizeBytes} bytes.`
  return objectsError('OBJECTS_RANGE_UNSATISFIABLE', message, { details: { sizeBytes } })
}

export function storeFull(cause?: unknown): AppError {
  const message = 'The object store has no space left for this. Nothing was stored. Free space on its disk.'
  return objectsError('OBJECTS_STORE_FULL', message, cause === undefined ? {} : { cause })
}

export function storeUnreachable(cause: unknown): AppError {
  const message = 'The object store cannot be reached. See that it runs and that OBJECTS_URL names it, and try again.'
  return objectsError('OBJECTS_STORE_UNREACHABLE', message, { cause })
}

export function storeRefused(reason: string, cause?: unknown): AppError {
  const message = `The object store refused: ${reason}. Check the keys of OBJECTS_URL and what they may do.`
  return objectsError('OBJECTS_STORE_REFUSED', message, cause === undefined ? {} : { cause })
}

/** What the store said stays in the cause: it may name internal addresses. */
export function storeFailed(cause: unknown): AppError {
  return objectsError('OBJECTS_STORE_FAILED', 'The object store failed. The log has its reason; try again.', { cause })
}

export function bucketUnknown(bucket: string, cause: unknown): AppError {
  const message = `The bucket "${bucket}" does not exist. Create it, or correct the URL of the object store.`
  return objectsError('OBJECTS_BUCKET_UNKNOWN', message, { cause, details: { bucket } })
}

/** Said to whoever runs the store; the folder is only in the cause. */
export function folderUnusable(cause: unknown): AppError {
  const message =
    `The folder of the object store cannot be used: ${errorCode(cause) ?? errorMessage(cause)}. It has to exist on ` +
    `a disk that works, and belong to the account that runs the store.`
  return objectsError('OBJECTS_FOLDER_UNUSABLE', message, { cause })
}

export function objectDamaged(key: string, cause?: unknown): AppError {
  const message = `The file of object "${key}" is not as it was written. Restore it from a backup, or delete the object.`
  return objectsError('OBJECTS_OBJECT_DAMAGED', message, {
    details: { key },
    ...(cause === undefined ? {} : { cause }),
  })
}

const FULL_CODES: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** What the file system said, as an error of ours; what is one already stays. */
export function folderFailure(cause: unknown): unknown {
  if (isAppError(cause) || errorCode(cause) === undefined) return cause
  if (!/^E[A-Z0-9]+$/.test(errorCode(cause) ?? '')) return cause // an abort or a fault of ours, not the system's word
  return FULL_CODES.has(errorCode(cause)) ? storeFull(cause) : folderUnusable(cause)
}
