import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Endpoint, endpointsCollide, formatEndpoint } from './endpoint.ts'
import { rangesOverlap } from './port-range.ts'
import { anyRange } from './testing.ts'
import { TRANSPORTS } from './transport.ts'

const ADDRESSES = ['0.0.0.0', '::', '127.0.0.1', '192.0.2.1', '::1', '2001:db8::1', '::ffff:192.0.2.1'] as const

const anyEndpoint: fc.Arbitrary<Endpoint> = fc.record({
  address: fc.constantFrom(...ADDRESSES),
  range: anyRange,
  transport: fc.constantFrom(...TRANSPORTS),
  ipv6Only: fc.boolean(),
})

function endpointAt(address: string, ipv6Only = false): Endpoint {
  return { address, range: { first: 8080, last: 8080 }, transport: 'tcp', ipv6Only }
}

test.for([
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', false],
  ['0.0.0.0', '127.0.0.1', true],
  ['0.0.0.0', '0.0.0.0', true],
  ['0.0.0.0', '::1', false],
  ['::', '::1', true],
  ['::', '127.0.0.1', true],
  ['::', '0.0.0.0', true],
  ['::', '::ffff:192.0.2.1', true],
  ['::1', '::1', true],
  ['::1', '0:0:0:0:0:0:0:1', true],
  ['2001:DB8::1', '2001:db8:0::1', true],
  ['2001:db8::1', '2001:db8::2', false],
  ['::1', '127.0.0.1', false],
  ['::ffff:127.0.0.1', '127.0.0.1', true],
  ['::ffff:127.0.0.1', '0.0.0.0', true],
  ['::ffff:127.0.0.1', '::1', false],
  ['fe80::1%eth0', 'fe80::1%2', true],
] as const)('on one port %s and %s: collide is %s', ([a, b, collide]) => {
  expect(endpointsCollide(endpointAt(a), endpointAt(b))).toBe(collide)
  expect(endpointsCollide(endpointAt(b), endpointAt(a))).toBe(collide)
})

test('an IPv6-only wildcard leaves IPv4 alone, and nothing else', () => {
  expect(endpointsCollide(endpointAt('::', true), endpointAt('0.0.0.0'))).toBe(false)
  expect(endpointsCollide(endpointAt('::', true), endpointAt('192.0.2.1'))).toBe(false)
  expect(endpointsCollide(endpointAt('::', true), endpointAt('::ffff:192.0.2.1'))).toBe(false)
  expect(endpointsCollide(endpointAt('::', true), endpointAt('::1'))).toBe(true)
  expect(endpointsCollide(endpointAt('::', true), endpointAt('::'))).toBe(true)
})

test('TCP and UDP never collide', () => {
  fc.assert(
    fc.property(anyEndpoint, anyEndpoint, (a, b) => {
      expect(endpointsCollide({ ...a, transport: 'tcp' }, { ...b, transport: 'udp' })).toBe(false)
    }),
  )
})

test('collision does not depend on the order', () => {
  fc.assert(
    fc.property(anyEndpoint, anyEndpoint, (a, b) => {
      expect(endpointsCollide(a, b)).toBe(endpointsCollide(b, a))
    }),
  )
})

test('an endpoint collides with itself, and with nothing that shares no port', () => {
  fc.assert(
    fc.property(anyEndpoint, (endpoint) => {
      expect(endpointsCollide(endpoint, endpoint)).toBe(true)
    }),
  )
  fc.assert(
    fc.property(anyEndpoint, anyEndpoint, (a, b) => {
      if (endpointsCollide(a, b)) expect(rangesOverlap(a.range, b.range)).toBe(true)
    }),
  )
})

test('the dual-stack wildcard collides with everything of its transport and ports', () => {
  fc.assert(
    fc.property(anyEndpoint, (endpoint) => {
      expect(endpointsCollide({ ...endpoint, address: '::', ipv6Only: false }, endpoint)).toBe(true)
    }),
  )
})

test('a name is refused even where the ports differ', () => {
  const elsewhere = { ...endpointAt('localhost'), range: { first: 1, last: 1 } }
  expect(() => endpointsCollide(endpointAt('127.0.0.1'), elsewhere)).toThrow(
    expect.objectContaining({ code: 'PORTS_ADDRESS_INVALID' }),
  )
})

test('an endpoint is written with brackets around IPv6', () => {
  expect(formatEndpoint(endpointAt('127.0.0.1'))).toBe('127.0.0.1:8080/tcp')
  expect(formatEndpoint({ address: '::', range: { first: 50_000, last: 50_020 }, transport: 'udp' })).toBe(
    '[::]:50000-50020/udp',
  )
})
