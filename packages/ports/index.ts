export { type Band, findBand, findBandByName } from './band.ts'
export { BROWSER_REFUSED_PORTS, isBrowserRefused } from './browser-refused.ts'
export { type Endpoint, endpointsCollide, formatEndpoint } from './endpoint.ts'
export { PORTS_ERRORS } from './errors.ts'
export { FAMILIES, type Family, type IpAddress, isWildcard, parseAddress } from './ip-address.ts'
export { lowestFreePair } from './lowest-free-pair.ts'
export { type MediaCapacityOptions, mediaCapacity } from './media-capacity.ts'
export { isBluePort, isGreenPort, type Pair, pairOf } from './pair.ts'
export {
  COTURN_RELAY_RANGE,
  IANA_DYNAMIC_RANGE,
  isPrivilegedPort,
  KUBERNETES_NODE_PORT_RANGE,
  LINUX_EPHEMERAL_RANGE,
  LIVEKIT_MEDIA_RANGE,
  LIVEKIT_TURN_RELAY_RANGE,
  parseEphemeralRange,
} from './platform-range.ts'
export { HIGHEST_PORT, isPortNumber, LOWEST_PORT } from './port.ts'
export {
  ALL_PORTS,
  formatPortRange,
  type PortRange,
  parsePortRange,
  portRange,
  rangeContains,
  rangeIntersection,
  rangeSize,
  rangesOverlap,
  shiftRange,
  singlePort,
} from './port-range.ts'
export { isTransport, TRANSPORTS, type Transport } from './transport.ts'
export { listWellKnownPorts, wellKnownPort } from './well-known-port.ts'
