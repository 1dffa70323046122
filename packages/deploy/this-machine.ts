import { hostname, networkInterfaces } from 'node:os'
import type { Waiting } from '@portolan/errors'
import type { Door } from '@portolan/operations'

/** Whether a host of the registry is the machine that this runs on: by its name, or by an address that no other has. */
export async function isThisMachine(door: Door, host: string, waiting: Waiting): Promise<boolean> {
  const { hosts } = await door.call('host_list', {}, waiting)
  const addresses = hosts.find(({ name }) => name === host)?.addresses ?? []
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).filter(({ internal }) => !internal))
  const names = [hostname(), hostname().split('.')[0]].map((name) => name?.toLowerCase())
  return names.includes(host) || own.some(({ address }) => addresses.includes(address))
}
