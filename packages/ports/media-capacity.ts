import { capacityInvalid } from './errors.ts'
import { type PortRange, rangeSize } from './port-range.ts'

export interface MediaCapacityOptions {
  /** 2 when publishing and subscribing have a connection each, 1 when they share one. */
  readonly peerConnectionsPerParticipant: number
  /** Addresses of the media server that it gathers candidates on: each takes a port of its own. */
  readonly localAddressCount: number
}

/**
 * How many participants a UDP media range carries at one time. A peer connection takes one port per local address,
 * whatever the number of its streams: they are bundled (RFC 9143) and multiplexed with RTCP (RFC 5761). So 10,001
 * ports carry 5,000 participants with two peer connections each, and 10,001 with one.
 * @throws PORTS_CAPACITY_INVALID when a count is not a whole number of at least 1
 */
export function mediaCapacity(range: PortRange, options: MediaCapacityOptions): number {
  const { peerConnectionsPerParticipant, localAddressCount } = options
  for (const [name, value] of Object.entries({ peerConnectionsPerParticipant, localAddressCount })) {
    if (!Number.isInteger(value) || value < 1) throw capacityInvalid(name, value)
  }
  return Math.floor(rangeSize(range) / (peerConnectionsPerParticipant * localAddressCount))
}
