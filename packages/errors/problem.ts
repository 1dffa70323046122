import { errorCode, isAppError } from './app-error.ts'

/** `application/problem+json` (RFC 9457 §3) with our extensions `code`, `requestId` and `details`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly requestId: string
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * Says an error over HTTP. What is no AppError is answered as 500 INTERNAL without its text, which may hold a secret
 * or an internal address; the caller logs the error whole.
 */
export function problemOf(error: unknown, { title, requestId }: { title?: string; requestId: string }): Problem {
  if (!isAppError(error)) {
    const detail = `Something failed that is not your fault. The log has the reason under request "${requestId}".`
    return { type: 'about:blank', title: title ?? 'Internal error', status: 500, detail, code: 'INTERNAL', requestId }
  }
  const code = errorCode(error) ?? 'INTERNAL'
  const hasDetails = Object.keys(error.details).length > 0
  return {
    type: 'about:blank',
    title: title ?? code,
    status: error.status,
    detail: error.message,
    code,
    requestId,
    ...(hasDetails ? { details: error.details } : {}),
  }
}
