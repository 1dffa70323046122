import { type PortRange, rangeContains, type Transport } from '@portolan/ports'
import type { Host } from './host.ts'

/** Ports that are never allocated, whoever asks: an entry of the block-list. What is claimed by name is not held to it. */
export interface BlockedPorts {
  readonly range: PortRange
  /** Both unless said otherwise. */
  readonly transport?: Transport
  /** Every host unless said otherwise. */
  readonly host?: string
  /** Why, for whoever is told that they were skipped. */
  readonly because?: string
}

export function blockedOn(blocked: readonly BlockedPorts[], host: Pick<Host, 'name'>): readonly BlockedPorts[] {
  return blocked.filter((entry) => entry.host === undefined || entry.host === host.name)
}

export function findBlocked(
  blocked: readonly BlockedPorts[],
  port: number,
  transport: Transport,
): BlockedPorts | undefined {
  return blocked.find(
    (entry) => rangeContains(entry.range, port) && (entry.transport === undefined || entry.transport === transport),
  )
}
