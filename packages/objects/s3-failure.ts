import { type AppError, errorCode, isAppError } from '@portolan/errors'
import {
  bucketUnknown,
  keyTaken,
  objectChanged,
  storeFailed,
  storeFull,
  storeRefused,
  storeUnreachable,
} from './errors.ts'

interface Action {
  readonly bucket: string
  readonly key?: string
  readonly does: 'read' | 'write' | 'look'
}

/** Not by `instanceof`: the SDK is loaded only where S3 is used. */
function statusOf(error: unknown): number | undefined {
  const metadata = Object(error).$metadata
  const status: unknown = Object(metadata).httpStatusCode
  return typeof status === 'number' ? status : undefined
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

export function isAbsence(error: unknown): boolean {
  return statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket'
}

const FULL_NAMES: ReadonlySet<string> = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage'])

/** What S3 or the way to it said, as an error of ours. */
export function s3Failure(cause: unknown, { bucket, key = '', does }: Action): unknown {
  if (isAppError(cause) && statusOf(cause) === undefined) return cause
  if (nameOf(cause) === 'AbortError') return cause
  const status = statusOf(cause)
  if (status === undefined) return wayFailure(cause)
  if (nameOf(cause) === 'NoSuchBucket' || (status === 404 && key === '')) return bucketUnknown(bucket, cause)
  if (status === 412 || status === 409) return does === 'write' ? keyTaken(key) : objectChanged(key, cause)
  if (status === 507 || FULL_NAMES.has(nameOf(cause))) return storeFull(cause)
  if (status === 401 || status === 403) return storeRefused(`it answered ${status}`, cause)
  return storeFailed(cause)
}

function wayFailure(cause: unknown): AppError {
  const isCredentials = nameOf(cause) === 'CredentialsProviderError'
  if (isCredentials) return storeRefused('the AWS SDK found no credentials', cause)
  return /^E[A-Z]+|TimeoutError/.test(`${errorCode(cause) ?? ''}${nameOf(cause)}`)
    ? storeUnreachable(cause)
    : storeFailed(cause)
}
