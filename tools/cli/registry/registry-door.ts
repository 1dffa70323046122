import { AppError, errorCode, isAppError, type Waiting } from '@portolan/errors'
import type { Door } from '@portolan/operations'
import type { CliContext } from '../cli-context.ts'
import type { AskedRegistry } from '../copies/port-claims.ts'
import {
  ownRegistryDown,
  registryAddressInvalid,
  registryKeyMissing,
  registryKeyUnusable,
  registryUnknown,
} from '../errors.ts'
import { findOwnAccess, type RegistryAccess, type StatePlace, statePlace } from './registry-place.ts'

export interface RegistryDoor {
  readonly door: Door
  readonly access: RegistryAccess
  /** Whether it is this machine's own, and not one that the environment names. */
  readonly isOwn: boolean
}

/**
 * The registry that PORTOLAN_REGISTRY and PORTOLAN_REGISTRY_KEY name, else this machine's own.
 * @throws CLI_REGISTRY_UNKNOWN, CLI_REGISTRY_ADDRESS_INVALID, CLI_REGISTRY_KEY_MISSING, CLI_REGISTRY_KEY_UNUSABLE,
 *   CLI_REGISTRY_ACCESS_UNUSABLE, CLI_REGISTRY_NOT_PRIVATE
 */
export async function registryDoor(context: CliContext): Promise<RegistryDoor> {
  const named = namedAccess(context)
  if (named !== undefined) {
    // Loaded when it is needed: a stack that says all its ports is started without.
    const { RemoteDoor } = await import('@portolan/operations/remote')
    warnOfPlainHttp(context, named)
    return { door: explainingDoor(new RemoteDoor(named), named), access: named, isOwn: false }
  }
  const place = statePlace(context)
  const access = await findOwnAccess(place)
  if (access === undefined) throw registryUnknown((context.environment.PORTOLAN_REGISTRY_KEY ?? '') !== '')
  return { door: startedDoor(await ownDoor(place, access)), access, isOwn: true }
}

/** Over the socket alone: while it does not run, its port may be somebody else's, who would be shown the key. */
export async function ownDoor({ socketFile }: StatePlace, access: RegistryAccess): Promise<Door> {
  const { RemoteDoor } = await import('@portolan/operations/remote')
  return new RemoteDoor({ ...access, socketPath: socketFile })
}

function namedAccess({ environment }: CliContext): RegistryAccess | undefined {
  const { PORTOLAN_REGISTRY: url = '', PORTOLAN_REGISTRY_KEY: key = '' } = environment
  if (url === '') return undefined
  if (!/^https?:\/\/[^/]/i.test(url) || !URL.canParse(url)) throw registryAddressInvalid(url.replace(/\/\/.*@/, '//…@'))
  if (key === '') throw registryKeyMissing(new URL(url).origin)
  const fault = keyFault(key)
  if (fault !== undefined) throw registryKeyUnusable(fault)
  return { url, key }
}

const KEY_LIMIT = 200

function keyFault(key: string): string | undefined {
  if (/\s/.test(key)) return 'it has a blank or a line break in it'
  if (!/^[!-~]+$/.test(key)) return 'it has characters that no key has'
  return key.length > KEY_LIMIT ? `it has more than ${KEY_LIMIT} characters` : undefined
}

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/

function warnOfPlainHttp({ stderr }: CliContext, { url }: RegistryAccess): void {
  const { protocol, hostname, origin } = new URL(url)
  if (protocol !== 'http:' || LOOPBACK.test(hostname)) return
  stderr.write(
    `Warning: the registry at ${origin} is asked without encryption, so whoever is on the way can read the key. ` +
      'Serve it over https, and set PORTOLAN_REGISTRY to that.\n',
  )
}

/** What only makes sense to whoever knows where address and key come from. */
const EXPLAINED: Readonly<Record<string, (origin: string) => string>> = {
  OPERATIONS_SERVER_UNREACHABLE: () => 'PORTOLAN_REGISTRY says the address.',
  OPERATIONS_ANSWER_MALFORMED: (origin) => `${origin} was asked, as PORTOLAN_REGISTRY says.`,
  REGISTRY_SERVER_KEY_INVALID: (origin) =>
    `It is PORTOLAN_REGISTRY_KEY, shown to ${origin}, as PORTOLAN_REGISTRY says.`,
  REGISTRY_SERVER_KEY_EXPIRED: () => 'Set PORTOLAN_REGISTRY_KEY to that.',
  REGISTRY_SERVER_KEY_REVOKED: () => 'Set PORTOLAN_REGISTRY_KEY to that.',
}

function explainingDoor(door: Door, { url }: RegistryAccess): Door {
  return {
    async call(name, input, waiting) {
      try {
        return await door.call(name, input, waiting)
      } catch (error) {
        const words = EXPLAINED[errorCode(error) ?? '']
        if (words === undefined || !isAppError(error)) throw error
        const { code, message, status, cause, details } = error
        throw new AppError(code, `${message} ${words(new URL(url).origin)}`, { status, cause, details })
      }
    },
  }
}

/** This machine's own may be told how it is started. */
function startedDoor(door: Door): Door {
  return {
    async call(name, input, waiting) {
      try {
        return await door.call(name, input, waiting)
      } catch (error) {
        throw errorCode(error) === 'OPERATIONS_SERVER_UNREACHABLE' ? ownRegistryDown(error) : error
      }
    },
  }
}

/**
 * The same for what asks for ports by itself, with what this machine is called there.
 * @throws CLI_HOST_UNKNOWN where that is not known
 */
export async function openRegistryDoor(
  context: CliContext,
  { signal }: Waiting,
): Promise<AskedRegistry & AsyncDisposable> {
  const { door, isOwn } = await registryDoor(context)
  const { hosts } = await door.call('host_list', {}, { signal })
  // Not loaded before it is needed: it brings the operations along.
  const { thisHost } = await import('./this-host.ts')
  const { thisMachine } = await import('@portolan/operations/remote')
  const host = thisHost(hosts, thisMachine(context.environment.PORTOLAN_HOST, isOwn))
  return { door, host, [Symbol.asyncDispose]: () => Promise.resolve() }
}
