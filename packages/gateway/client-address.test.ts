import { expect, test } from 'vitest'
import { TrustedProxies } from './client-address.ts'
import { eventually } from './eventually.ts'
import { parseFields } from './http1/fields.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from './testing.ts'

const NETWORKS = ['10.0.0.0/8', '2001:db8::/32']

test.for([
  ['who is no proxy of ours is not believed', '192.0.2.1', '198.51.100.9', '192.0.2.1'],
  ['the proxy says who it is', '10.0.0.1', '198.51.100.9', '198.51.100.9'],
  ['an IPv4 proxy on an IPv6 socket is known as well', '::ffff:10.0.0.1', '198.51.100.9', '198.51.100.9'],
  ['what the client wrote itself does not count', '10.0.0.1', '203.0.113.66, 198.51.100.9', '198.51.100.9'],
  ['several proxies of ours are passed over', '10.0.0.1', '198.51.100.9, 10.0.0.2,2001:db8::7', '198.51.100.9'],
  ['a proxy that says nothing is the client', '10.0.0.1', '', '10.0.0.1'],
  ['only proxies of ours: the first of them', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['what is no address ends the search', '10.0.0.1', '198.51.100.9, unknown, 10.0.0.2', '10.0.0.2'],
  ['an address with a port is none', '10.0.0.1', '198.51.100.9:1234', '10.0.0.1'],
] as const)('%s', ([, peer, forwarded, address]) => {
  const fields = parseFields(forwarded === '' ? '' : `X-Forwarded-For: ${forwarded}\r\n`, 0)
  expect(new TrustedProxies(NETWORKS).clientOf({ remoteAddress: peer, protocol: 'http' }, fields).address).toBe(address)
})

test('several lines are one list', () => {
  const fields = parseFields('X-Forwarded-For: 203.0.113.66\r\nX-Forwarded-For: 198.51.100.9, 10.0.0.2\r\n', 0)
  expect(new TrustedProxies(NETWORKS).clientOf({ remoteAddress: '10.0.0.1', protocol: 'http' }, fields).address).toBe(
    '198.51.100.9',
  )
})

test.for([
  ['10.0.0.1', 'https', 'https'],
  ['10.0.0.1', 'HTTPS', 'https'],
  ['10.0.0.1', 'http, https', 'https'],
  ['10.0.0.1', 'https, http', 'http'],
  ['10.0.0.1', 'gopher', 'http'],
  ['192.0.2.1', 'https', 'http'],
] as const)('from %s the protocol "%s" is %s', ([peer, said, protocol]) => {
  const fields = parseFields(`X-Forwarded-Proto: ${said}\r\n`, 0)
  expect(new TrustedProxies(NETWORKS).clientOf({ remoteAddress: peer, protocol: 'http' }, fields).protocol).toBe(
    protocol,
  )
})

test('behind a trusted proxy a service hears of the client, and a swap of the configuration ends the trust', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    const { 'x-forwarded-for': address, 'x-forwarded-proto': protocol } = request.headers
    response.end(`${String(address)} ${String(protocol)}`)
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)], { trustedProxies: ['127.0.0.0/8'] })
  await using proxy = await RawClient.open(world.port)
  const ask =
    'GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.66, 198.51.100.9\r\nX-Forwarded-Proto: https\r\n\r\n'
  proxy.say(ask)
  await eventually(() => proxy.received).toMatch(/198\.51\.100\.9 https$/)
  await world.gateway.configure({
    ...world.configuration,
    trustedProxies: [],
    listeners: world.gateway.addresses.map(place),
  })
  proxy.say(ask)
  await eventually(() => proxy.received).toMatch(/127\.0\.0\.1 http$/)
})

function place({ name, address }: { readonly name: string; readonly address: string }) {
  return { name, address, port: 0 }
}
