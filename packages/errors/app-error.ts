/** What every catalogue says of a code: the HTTP status that answers it and its title (RFC 9457 `status`, `title`). */
export interface ErrorEntry {
  readonly status: number
  readonly title: string
}

/** The shape of a package's catalogue: `PACKAGE_WHAT_IS_WRONG` → entry. A retired code stays listed for ever. */
export type ErrorCatalogue = Readonly<Record<string, ErrorEntry>>

export interface AppErrorOptions {
  /** HTTP status; 500 unless the catalogue says otherwise. */
  readonly status?: number
  readonly cause?: unknown
  /** Machine-readable values of the message. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The one error class. Decide by `code`, never by `instanceof` or by text: two copies of this package may meet in
 * one process.
 */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, options: AppErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'AppError'
    this.code = code
    this.status = options.status ?? 500
    this.details = options.details ?? {}
  }
}

/** The stable code of an error of ours or of Node (`ENOENT`), else undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** True for an error made by any copy of this package: it carries a code, a status and details. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && errorCode(error) !== undefined && 'status' in error && 'details' in error
}

/** What a person reads of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
