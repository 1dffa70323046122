import { expect, test } from 'vitest'
import { listWellKnownPorts, wellKnownPort } from './well-known-port.ts'

test.for([
  [22, 'tcp', 'ssh'],
  [53, 'udp', 'dns'],
  [443, 'udp', 'http/3'],
  [3478, 'udp', 'stun/turn'],
  [3478, 'tcp', 'stun/turn'],
  [5349, 'tcp', 'turns'],
  [5432, 'tcp', 'postgres'],
  [6379, 'tcp', 'redis'],
  [7881, 'tcp', 'livekit-ice-tcp'],
  [5432, 'udp', undefined],
  [8081, 'tcp', undefined],
] as const)('%i/%s is %s by default', ([port, transport, service]) => {
  expect(wellKnownPort(port, transport)).toBe(service)
})

test('the ports of a transport are listed once each, ascending', () => {
  const ports = listWellKnownPorts('tcp')
  expect(ports).toEqual([...new Set(ports)].toSorted((a, b) => a - b))
  expect(ports).toContain(5432)
  expect(listWellKnownPorts('udp')).not.toContain(5432)
})
