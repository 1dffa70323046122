import { hostname } from 'node:os'
import { errorCode, type Waiting } from '@portolan/errors'
import { type Door, RemoteDoor } from '@portolan/operations'
import type { CliContext } from './cli-context.ts'
import { ownRegistryDown, registryKeyMissing, registryUnknown } from './errors.ts'
import type { AskedRegistry } from './port-claims.ts'
import { findOwnAccess, type RegistryAccess, statePlace } from './registry-place.ts'

export interface RegistryDoor {
  readonly door: Door
  readonly access: RegistryAccess
  /** Whether it is this machine's own, and not one that the environment names. */
  readonly isOwn: boolean
}

/**
 * The registry that PORTOLAN_REGISTRY and PORTOLAN_REGISTRY_KEY name, else this machine's own.
 * @throws CLI_REGISTRY_UNKNOWN, CLI_REGISTRY_KEY_MISSING, CLI_REGISTRY_ACCESS_UNUSABLE
 */
export async function registryDoor(context: CliContext): Promise<RegistryDoor> {
  const { PORTOLAN_REGISTRY: url = '', PORTOLAN_REGISTRY_KEY: key = '' } = context.environment
  if (url !== '') {
    if (key === '') throw registryKeyMissing(url)
    const access = { url, key }
    return { door: new RemoteDoor(access), access, isOwn: false }
  }
  const access = await findOwnAccess(statePlace(context))
  if (access === undefined) throw registryUnknown()
  return { door: startedDoor(new RemoteDoor(access)), access, isOwn: true }
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

/** The same for what asks for ports by itself, with what this machine is called there. */
export async function openRegistryDoor(
  context: CliContext,
  { signal }: Waiting,
): Promise<AskedRegistry & AsyncDisposable> {
  const { door } = await registryDoor(context)
  const { hosts } = await door.call('host_list', {}, { signal })
  const own = hosts.find(({ name }) => name === ownHostName())
  const host = hosts.length > 1 ? own?.name : undefined
  return { door, host, [Symbol.asyncDispose]: () => Promise.resolve() }
}

/** What this machine is called in a registry, where names have small letters alone: `seoul-1`. */
export function ownHostName(): string {
  const name = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '-')
    .replaceAll(/^[._-]+|[._-]+$/g, '')
  return name === '' ? 'local' : name.slice(0, 100)
}
