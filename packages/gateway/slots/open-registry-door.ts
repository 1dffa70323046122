import type { Waiting } from '@portolan/errors'
import type { Door } from '@portolan/operations/remote'

/** How the registry is asked whose slots are followed. */
export interface RegistryAccess {
  readonly url: string
  readonly key: string
  /** The UNIX socket of this machine's own registry, asked in place of the address. */
  readonly socketPath?: string
  /** What this machine is called there, if a person has said so. */
  readonly hostName?: string
}

export interface RegistryWay {
  readonly door: Door
  /** Where a host of the registry is reached; undefined where it has no address and is not this machine. */
  readonly addressOf: (host: string, waiting: Waiting) => Promise<string | undefined>
}

/** Loaded only where slots are followed: it brings the operations along. */
export async function openRegistryDoor({ hostName, ...access }: RegistryAccess): Promise<RegistryWay> {
  const { RemoteDoor, hostsOfMachine, thisMachine } = await import('@portolan/operations/remote')
  const door = new RemoteDoor(access)
  const machine = thisMachine(hostName, access.socketPath !== undefined)
  const addressOf = async (host: string, waiting: Waiting): Promise<string | undefined> => {
    const { hosts } = await door.call('host_list', {}, waiting)
    if (hostsOfMachine(hosts, machine).some(({ name }) => name === host)) return '127.0.0.1'
    return hosts.find(({ name }) => name === host)?.addresses[0]
  }
  return { door, addressOf }
}
