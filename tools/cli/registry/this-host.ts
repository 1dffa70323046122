import { hostsOfMachine, type ThisMachine } from '@portolan/operations/remote'
import { hostUnknown } from '../errors.ts'

type HostAnswer = Parameters<typeof hostsOfMachine>[0][number]

/**
 * Which host of a registry this machine is.
 * @throws CLI_HOST_UNKNOWN
 */
export function thisHost(hosts: readonly HostAnswer[], machine: ThisMachine): string {
  const [only, ...others] = hostsOfMachine(hosts, machine)
  if (only !== undefined && others.length === 0) return only.name
  throw hostUnknown(
    hosts.map(({ name }) => name),
    machine,
  )
}
