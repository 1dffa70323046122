import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const API_DOCS_ERRORS = {
  API_DOCS_SERVICE_UNAVAILABLE: { status: 503, title: 'A service does not describe itself at the moment' },
} as const satisfies ErrorCatalogue

/** Names the service; the cause, which may hold an internal address, is for the log alone. */
export function serviceUnavailable(service: string, cause: unknown): AppError {
  const message =
    `The description of the API is put together from those of all services, and "${service}" does not answer. ` +
    `Try again in some seconds; the log has the reason.`
  const { status } = API_DOCS_ERRORS.API_DOCS_SERVICE_UNAVAILABLE
  return new AppError('API_DOCS_SERVICE_UNAVAILABLE', message, { status, cause, details: { service } })
}
