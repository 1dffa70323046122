import { AppError, type ErrorCatalogue, errorMessage } from '@portolan/errors'

export const REGISTRY_SERVER_ERRORS = {
  REGISTRY_SERVER_KEY_MISSING: { status: 401, title: 'A key is needed' },
  REGISTRY_SERVER_KEY_INVALID: { status: 401, title: 'The key is not known' },
  REGISTRY_SERVER_KEY_EXPIRED: { status: 401, title: 'The key has expired' },
  REGISTRY_SERVER_KEY_REVOKED: { status: 401, title: 'The key is revoked' },
  REGISTRY_SERVER_RATE_LIMITED: { status: 429, title: 'Too many requests' },
  REGISTRY_SERVER_HOST_REFUSED: { status: 403, title: 'The registry does not answer under that name' },
  REGISTRY_SERVER_ORIGIN_REFUSED: { status: 403, title: 'That page may not ask the registry' },
  REGISTRY_SERVER_BATCH_REFUSED: { status: 400, title: 'One message at a time' },
  REGISTRY_SERVER_METHOD_REFUSED: { status: 405, title: 'Only POST is answered here' },
  REGISTRY_SERVER_SOCKET_UNUSABLE: { status: 500, title: 'The socket cannot be listened on' },
  REGISTRY_SERVER_SETTINGS_UNREADABLE: { status: 500, title: 'The settings file cannot be read' },
  REGISTRY_SERVER_SETTINGS_INVALID: { status: 500, title: 'The settings file is not as expected' },
} as const satisfies ErrorCatalogue

type RegistryServerErrorCode = keyof typeof REGISTRY_SERVER_ERRORS

interface Rest {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function registryServerError(code: RegistryServerErrorCode, message: string, rest: Rest = {}): AppError {
  return new AppError(code, message, { status: REGISTRY_SERVER_ERRORS[code].status, ...rest })
}

export function keyMissing(): AppError {
  const message =
    'The request has no key. Expected one in the header "X-API-Key", or as "Authorization: Bearer …". ' +
    'Have an admin make one ("key_create"), and send it along.'
  return registryServerError('REGISTRY_SERVER_KEY_MISSING', message)
}

/** One answer for a wrong id, a wrong secret and a wrong form: nobody learns which ids there are. */
export function keyInvalid(): AppError {
  const message =
    'The key is not one that this registry has made. Expected it whole, as it was shown when it was made. ' +
    'Check the address of the registry and the text of the key.'
  return registryServerError('REGISTRY_SERVER_KEY_INVALID', message)
}

export function keyExpired(id: string, at: Date): AppError {
  const message = `The key "${id}" was good until ${at.toISOString()}. Have an admin make a new one ("key_create").`
  return registryServerError('REGISTRY_SERVER_KEY_EXPIRED', message, { details: { id, expiredAt: at.toISOString() } })
}

export function keyRevoked(id: string, at: Date): AppError {
  const message = `The key "${id}" was revoked at ${at.toISOString()}. Have an admin make a new one ("key_create").`
  return registryServerError('REGISTRY_SERVER_KEY_REVOKED', message, { details: { id, revokedAt: at.toISOString() } })
}

/** @param whose what is counted: `this key`, `wrong keys from this address` */
export function rateLimited(whose: string, { limit, retryAfterMs }: { limit: number; retryAfterMs: number }): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000))
  const message =
    `Too many requests with ${whose}: at most ${limit} a minute are answered. ` +
    `Wait ${retryAfterSeconds} s, then ask again.`
  return registryServerError('REGISTRY_SERVER_RATE_LIMITED', message, { details: { limit, retryAfterSeconds } })
}

export function hostRefused(): AppError {
  const message =
    'Nobody is answered under the name in the "Host" header, so that no page can reach the registry by a name ' +
    'of its own (DNS rebinding). Expected a loopback name, or one of "mcp.hosts" in the settings. Add it there.'
  return registryServerError('REGISTRY_SERVER_HOST_REFUSED', message)
}

export function originRefused(): AppError {
  const message =
    'The request comes from a page that may not ask the registry. Expected no "Origin" header, or one of ' +
    '"mcp.origins" in the settings. Ask from a program, or add the origin there.'
  return registryServerError('REGISTRY_SERVER_ORIGIN_REFUSED', message)
}

export function batchRefused(): AppError {
  const message =
    'The body holds several messages. Expected one JSON-RPC message: the protocol has no batches since 2025-06-18. ' +
    'Send each by itself.'
  return registryServerError('REGISTRY_SERVER_BATCH_REFUSED', message)
}

export function methodRefused(method: string): AppError {
  const message =
    `"${method}" is not answered here: the registry keeps no sessions and sends nothing by itself. ` +
    `Expected "POST" with a JSON-RPC message. Go on without the stream, as the protocol allows.`
  return registryServerError('REGISTRY_SERVER_METHOD_REFUSED', message)
}

export function socketUnusable(path: string, reason: string, cause?: unknown): AppError {
  const message =
    `The socket "${path}" cannot be listened on: ${reason}. Expected a path of at most 103 bytes in a folder that is ` +
    'there, where nobody listens yet. Correct REGISTRY_SOCKET, or leave it out.'
  return registryServerError('REGISTRY_SERVER_SOCKET_UNUSABLE', message, { cause, details: { path } })
}

export function settingsUnreadable(path: string, cause: unknown): AppError {
  const message = `The settings file "${path}" cannot be read: ${errorMessage(cause)} Correct the path or its rights.`
  return registryServerError('REGISTRY_SERVER_SETTINGS_UNREADABLE', message, { cause, details: { path } })
}

/** One thing that is wrong with the settings file. */
export interface SettingsFault {
  /** Both from 1. */
  readonly line: number
  readonly column: number
  /** Such as `hosts.seoul-1.ssh.user`. */
  readonly field: string
  readonly expected: string
}

export function settingsInvalid(path: string, faults: readonly SettingsFault[]): AppError {
  const list = faults.map(
    ({ line, column, field, expected }) => `${path}:${line}:${column} "${field}" has to be ${expected}`,
  )
  const message = `The settings file is not as expected: ${list.join('; ')}. Correct what is named here.`
  return registryServerError('REGISTRY_SERVER_SETTINGS_INVALID', message, { details: { path, faults } })
}
