import { AppError, type ErrorCatalogue } from '@portolan/errors'
import type { RequestFault } from '@portolan/registry'
import type { Caller, Role } from './caller.ts'

export const OPERATIONS_ERRORS = {
  OPERATIONS_UNKNOWN: { status: 404, title: 'There is no such operation' },
  OPERATIONS_ROLE_MISSING: { status: 403, title: 'The role does not allow it' },
  OPERATIONS_PROJECT_REFUSED: { status: 403, title: 'The key is not for that project' },
  OPERATIONS_KEY_MISSING: { status: 404, title: 'No such key' },
  OPERATIONS_KEYS_UNAVAILABLE: { status: 501, title: 'There are no keys here' },
  OPERATIONS_PLAN_CHANGED: { status: 409, title: 'The plan is not the one that was shown' },
  OPERATIONS_SERVER_UNREACHABLE: { status: 503, title: 'The registry cannot be reached' },
  OPERATIONS_OUTCOME_UNKNOWN: { status: 503, title: 'The registry broke off before it answered' },
  OPERATIONS_ANSWER_MALFORMED: { status: 502, title: 'The answer of the registry cannot be read' },
} as const satisfies ErrorCatalogue

type OperationsErrorCode = keyof typeof OPERATIONS_ERRORS

interface Rest {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function operationsError(code: OperationsErrorCode, message: string, rest: Rest = {}): AppError {
  return new AppError(code, message, { status: OPERATIONS_ERRORS[code].status, ...rest })
}

export function operationUnknown(name: string): AppError {
  const shown = name.slice(0, 60)
  const message = `There is no operation "${shown}". Expected one of those that are listed. Correct the name.`
  return operationsError('OPERATIONS_UNKNOWN', message, { details: { name: shown } })
}

/** @param what is refused, as a noun: `"port_allocate"` */
export function roleMissing(caller: Caller, needed: Role, what: string): AppError {
  const message =
    `"${caller.name}" has the role "${caller.role}", and ${what} needs "${needed}". ` +
    `Ask with a key of that role, or have an admin make one.`
  return operationsError('OPERATIONS_ROLE_MISSING', message, { details: { role: caller.role, needed } })
}

/** @param what it would have to be for: `project "worb"`, `all projects` */
export function projectRefused(caller: Caller, what: string): AppError {
  const message =
    `"${caller.name}" is for ${caller.projects.map((pattern) => `"${pattern}"`).join(', ')}, not for ${what}. ` +
    `Ask with a key of that project, or correct its name.`
  return operationsError('OPERATIONS_PROJECT_REFUSED', message, { details: { projects: caller.projects } })
}

export function keyMissing(id: string): AppError {
  const message = `There is no key "${id.slice(0, 60)}". Expected an id that "key_list" shows. Look it up there.`
  return operationsError('OPERATIONS_KEY_MISSING', message)
}

export function keysUnavailable(): AppError {
  const message = 'Keys are kept by a served registry, and this one is not served. Ask the server for it.'
  return operationsError('OPERATIONS_KEYS_UNAVAILABLE', message)
}

/** @param hash of the plan as it would be now */
export function planChanged(host: string, hash: string): AppError {
  const message =
    `The plan for host "${host}" is not the one that was shown: files, claims or what runs there have changed since. ` +
    `Nothing was done. Ask for the plan again, look at it, and apply it by its new hash.`
  return operationsError('OPERATIONS_PLAN_CHANGED', message, { details: { host, hash } })
}

/** Nothing was sent, or nothing of it arrived. */
export function serverUnreachable(origin: string, cause: unknown): AppError {
  const message =
    `The registry at "${origin}" cannot be reached, so nothing was done. ` +
    `Check the address and whether it runs, and ask again.`
  return operationsError('OPERATIONS_SERVER_UNREACHABLE', message, { cause, details: { origin } })
}

export function outcomeUnknown(origin: string, cause: unknown): AppError {
  const message =
    `The registry at "${origin}" broke off before it answered, so this may be done or not. Ask the same again ` +
    `(with the same idempotency key): what was done is answered, and not done twice.`
  return operationsError('OPERATIONS_OUTCOME_UNKNOWN', message, { cause, details: { origin } })
}

/** @param fault the first thing that is not as it should be; undefined when it is no JSON at all */
export function answerMalformed(operation: string, fault: RequestFault | undefined, cause?: unknown): AppError {
  const what = fault === undefined ? 'it is not JSON' : `"${fault.field}" has to be ${fault.expected}`
  const message =
    `The answer to "${operation}" is not one of this version: ${what}. ` +
    `Check that the address is a registry's, and that both sides have the same version.`
  return operationsError('OPERATIONS_ANSWER_MALFORMED', message, { cause, details: { operation } })
}
