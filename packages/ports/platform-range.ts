import { ephemeralRangeInvalid } from './errors.ts'
import { isPortNumber } from './port.ts'
import type { PortRange } from './port-range.ts'

function fixedRange(first: number, last: number): PortRange {
  return Object.freeze({ first, last })
}

/** Linux's default for outgoing connections (`net.ipv4.ip_local_port_range`); each host may say otherwise. */
export const LINUX_EPHEMERAL_RANGE = fixedRange(32_768, 60_999)

/** "Dynamic, private or ephemeral" (RFC 6335 §6): never assigned. macOS and Windows take outgoing ports from it. */
export const IANA_DYNAMIC_RANGE = fixedRange(49_152, 65_535)

/** The default of the API server's `--service-node-port-range`. */
export const KUBERNETES_NODE_PORT_RANGE = fixedRange(30_000, 32_767)

/** LiveKit's default `rtc.port_range_start` to `port_range_end`, when no `udp_port` is set. */
export const LIVEKIT_MEDIA_RANGE = fixedRange(50_000, 60_000)

/** LiveKit's default `turn.relay_range_start` to `relay_range_end`. */
export const LIVEKIT_TURN_RELAY_RANGE = fixedRange(30_000, 40_000)

/** coturn's default `min-port` to `max-port`. */
export const COTURN_RELAY_RANGE = fixedRange(49_152, 65_535)

const FIRST_UNPRIVILEGED_PORT = 1024

/** True below 1024: to bind there Linux asks for CAP_NET_BIND_SERVICE (`net.ipv4.ip_unprivileged_port_start`). */
export function isPrivilegedPort(port: number): boolean {
  return port < FIRST_UNPRIVILEGED_PORT
}

/**
 * Reads /proc/sys/net/ipv4/ip_local_port_range: two ports with white space between them, both inclusive.
 * @throws PORTS_EPHEMERAL_RANGE_INVALID
 */
export function parseEphemeralRange(text: string): PortRange {
  const match = /^\s*(\d{1,5})\s+(\d{1,5})\s*$/.exec(text)
  const [first, last] = [Number(match?.[1]), Number(match?.[2])]
  if (!isPortNumber(first) || !isPortNumber(last) || first > last) throw ephemeralRangeInvalid(text)
  return { first, last }
}
