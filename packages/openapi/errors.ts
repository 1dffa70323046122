import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const OPENAPI_ERRORS = {
  OPENAPI_DOCUMENT_INVALID: { status: 502, title: 'The OpenAPI document is not as expected' },
  OPENAPI_OPERATION_TWICE: { status: 500, title: 'Two services describe the same operation' },
  OPENAPI_ROUTE_UNDESCRIBED: { status: 500, title: 'A route is not described' },
} as const satisfies ErrorCatalogue

type OpenApiErrorCode = keyof typeof OPENAPI_ERRORS

function openApiError(code: OpenApiErrorCode, message: string, details: Readonly<Record<string, unknown>>): AppError {
  return new AppError(code, message, { status: OPENAPI_ERRORS[code].status, details })
}

/** @param source whose document it is */
export function documentInvalid(source: string): AppError {
  const message =
    `The OpenAPI document of "${source}" is not as expected: one of version 3.1 whose operations all have an id, ` +
    `a summary, tags and answers. See that all services of the stack are of the same version.`
  return openApiError('OPENAPI_DOCUMENT_INVALID', message, { source })
}

/** @param operation method and path */
export function operationTwice(operation: string, sources: readonly string[]): AppError {
  const names = sources.map((source) => `"${source}"`).join(' and ')
  const message = `"${operation}" is described by ${names}, and only one of them can answer it. Take it from one of them.`
  return openApiError('OPENAPI_OPERATION_TWICE', message, { operation, sources })
}

/** @param reason continues "The route … ": `has no summary` */
export function routeUndescribed(route: string, reason: string): AppError {
  const message =
    `The route "${route}" ${reason}. Every route below /api is in the OpenAPI document, with tags, operationId, ` +
    `summary and the schemas of its answers. Complete its schema.`
  return openApiError('OPENAPI_ROUTE_UNDESCRIBED', message, { route })
}
