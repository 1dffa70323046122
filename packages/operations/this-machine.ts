import { hostname, networkInterfaces } from 'node:os'
import type { OutputOf } from './operations.ts'

type HostAnswer = Pick<OutputOf<'host_list'>['hosts'][number], 'name' | 'addresses' | 'observers'>

/** What is known here of this machine. */
export interface ThisMachine {
  /** What a person says that it is called there, as by PORTOLAN_HOST. */
  readonly said: string | undefined
  readonly name: string
  /** Those under which others reach it. */
  readonly addresses: readonly string[]
  /** Whether the registry that is asked is its own, so that the kernel it looks at is this one. */
  readonly isOwnRegistry: boolean
}

export function thisMachine(said?: string, isOwnRegistry = false): ThisMachine {
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  // Loopback is every machine's.
  const addresses = interfaces.filter(({ internal }) => !internal).map(({ address }) => address)
  return { said: said === '' ? undefined : said, name: ownHostName(), addresses, isOwnRegistry }
}

/**
 * Which hosts of a registry this machine is: the one whose kernel its own registry looks at, else the one that was said,
 * else the one of its name, else those of its addresses. That a registry knows but one host says nothing: it may be a
 * machine elsewhere, whose free ports are not free here.
 * @returns more than one where that is not clear, none where it is not known
 */
export function hostsOfMachine<Host extends HostAnswer>(hosts: readonly Host[], machine: ThisMachine): readonly Host[] {
  const { said, name, addresses, isOwnRegistry } = machine
  const called = (wanted: string) => hosts.filter((host) => host.name === wanted)
  // Before what is said, which may be meant for another registry.
  const seen = isOwnRegistry ? hosts.filter(({ observers }) => observers.includes('kernel')) : []
  if (seen.length > 0) return seen
  if (said !== undefined) return called(said)
  const named = [...called(name), ...called(name.split('.')[0] ?? name)]
  if (named.length > 0) return named.slice(0, 1)
  return hosts.filter((host) => host.addresses.some((address) => addresses.includes(address)))
}

/** What this machine is called in a registry, where names have small letters alone: `seoul-1`. */
export function ownHostName(): string {
  const name = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '-')
    .replaceAll(/^[._-]+|[._-]+$/g, '')
  return name === '' ? 'local' : name.slice(0, 100)
}
