import { AppError, errorCode, errorMessage, isAppError } from '@portolan/errors'

/** What the primary process asks of a worker; each is answered once, by an {@link Answer} with the same number. */
export type Request =
  | { readonly id: number; readonly type: 'open'; readonly configuration: unknown }
  | { readonly id: number; readonly type: 'configure'; readonly configuration: unknown }
  /** Stops accepting, and ends when the last connection has: idle ones may ask once more. */
  | { readonly id: number; readonly type: 'hand-over'; readonly graceMs: number }
  /** Stops accepting, closes what is idle, and ends when the rest is done. */
  | { readonly id: number; readonly type: 'close'; readonly graceMs: number }

/** A request without its number. */
export type Asked = Request extends infer One ? (One extends Request ? Omit<One, 'id'> : never) : never

export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly fault: Fault }

/** An error that crosses from one process to the other. */
interface Fault {
  readonly code: string
  readonly message: string
  readonly status: number
  readonly details: Readonly<Record<string, unknown>>
}

export function faultOf(error: unknown): Fault {
  const code = errorCode(error) ?? 'INTERNAL'
  const message = errorMessage(error)
  return isAppError(error)
    ? { code, message, status: error.status, details: error.details }
    : { code, message, status: 500, details: {} }
}

export function errorOf({ code, ...fault }: Fault): AppError {
  return new AppError(code, fault.message, { status: fault.status, details: fault.details })
}
