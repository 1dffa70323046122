import { hostname, networkInterfaces } from 'node:os'
import type { OutputOf } from '@portolan/operations'
import { hostUnknown } from './errors.ts'

type HostAnswer = Pick<OutputOf<'host_list'>['hosts'][number], 'name' | 'addresses' | 'observers'>

/** What is known here of this machine. */
export interface ThisMachine {
  /** As PORTOLAN_HOST says. */
  readonly said: string | undefined
  readonly name: string
  /** Those under which others reach it. */
  readonly addresses: readonly string[]
  /** Whether the registry that is asked is its own, so that the kernel it looks at is this one. */
  readonly isOwnRegistry: boolean
}

/** @param said what PORTOLAN_HOST says */
export function thisMachine(said: string | undefined, isOwnRegistry: boolean): ThisMachine {
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  // Loopback is every machine's.
  const addresses = interfaces.filter(({ internal }) => !internal).map(({ address }) => address)
  return { said: said === '' ? undefined : said, name: ownHostName(), addresses, isOwnRegistry }
}

/**
 * Which host of a registry this machine is: the one whose kernel its own registry looks at, else as it was said, else by
 * its name, else by an address. That a registry knows
 * but one host says nothing: it may be a machine elsewhere, whose free ports are not free here.
 * @throws CLI_HOST_UNKNOWN
 */
export function thisHost(hosts: readonly HostAnswer[], machine: ThisMachine): string {
  const found = candidates(hosts, machine)
  const [only, ...others] = found
  if (only === undefined || others.length > 0) {
    throw hostUnknown(
      hosts.map(({ name }) => name),
      machine,
    )
  }
  return only.name
}

function candidates(
  hosts: readonly HostAnswer[],
  { said, name, addresses, isOwnRegistry }: ThisMachine,
): readonly HostAnswer[] {
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
