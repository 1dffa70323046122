import { expect, test } from 'vitest'
import { parseGatewayConfiguration } from './configuration.ts'
import { routeTo } from './testing.ts'

const VALID = {
  stack: 'wealist',
  listeners: [{ name: 'http', address: '127.0.0.1', port: 3000 }],
  routes: [routeTo('/api/', 8000), routeTo('/', 5173)],
}

test('a valid configuration is given back frozen, with normalised prefixes', () => {
  const configuration = parseGatewayConfiguration(JSON.parse(JSON.stringify(VALID)))
  expect(configuration).toEqual({
    ...VALID,
    workers: 1,
    domains: [],
    upstreams: [],
    trustedProxies: [],
    routes: [routeTo('/api', 8000), routeTo('/', 5173)],
  })
  const parts = [configuration, configuration.listeners, configuration.routes, configuration.routes[0]?.target]
  expect(parts.every(Object.isFrozen)).toBe(true)
  expect(parseGatewayConfiguration(configuration)).toEqual(configuration)
})

test('all faults come at once, each with its place', () => {
  const faulty = {
    stack: 7,
    listeners: [{ name: 'http', address: 'a b', port: -1 }],
    routes: [
      { path: 'api', service: '', target: { host: '127.0.0.1', port: 0 }, websocket: 'yes' },
      routeTo('/x', 1),
      routeTo('/x/', 2),
    ],
    hosts: [],
  }
  const places = ['hosts', 'stack', 'listeners[0].address', 'listeners[0].port', 'routes[0].path', 'routes[0].service']
  expect(faultsOf(faulty)).toEqual(
    [...places, 'routes[0].target.port', 'routes[0].websocket', 'routes[2]'].map((place) =>
      expect.stringMatching(new RegExp(`^${place.replaceAll(/[[\].]/g, '\\$&')}:`)),
    ),
  )
})

test.for(['10.0.0.0/33', '10.0.0', '10.0.0.0/', '10.0.0.0/8/8', '2001:db8::/129', 'proxy.example.com', ''])(
  'a trusted proxy "%s" is a fault',
  (network) => {
    expect(faultsOf({ ...VALID, trustedProxies: ['192.0.2.7', '2001:db8::/32', network] })).toEqual([
      expect.stringMatching(/^trustedProxies\[2\]: /),
    ])
  },
)

test('a key that this version does not know is a fault and not ignored', () => {
  expect(faultsOf({ ...VALID, routes: [{ ...routeTo('/', 1), host: '*.example.com' }] })).toEqual([
    'routes[0].host: unknown key; expected only path, service, target, websocket, limits',
  ])
})

test.for([[null], [undefined], [[]], ['text'], [{}]] as const)('%j is refused', ([value]) => {
  expect(faultsOf(value)).not.toEqual([])
})

test('a gateway without a listener is refused', () => {
  expect(faultsOf({ ...VALID, listeners: [] })).toEqual(['listeners: expected at least one, found none'])
})

test.for([
  [{}, 'tls: '],
  [{ tls: {} }, 'tls: '],
  [{ tls: { certificates: [{ certificate: 'a.pem', key: '/b.key' }] } }, 'tls.certificates[0].certificate: '],
  [{ tls: { certificates: [], minimumVersion: 'TLSv1' } }, 'tls.minimumVersion: '],
  [{ tls: { certificates: [], hsts: { maxAgeSeconds: -1 } } }, 'tls.hsts.maxAgeSeconds: '],
  [{ tls: { certificates: [], ciphers: 'ALL' } }, 'tls.ciphers: '],
  [{ tls: { acme: { directory: 'http://a.example', folder: '/a', names: ['b.example'] } } }, 'tls.acme.directory: '],
  [{ tls: { acme: { directory: 'https://a.example', folder: '/a', names: ['*.b.example'] } } }, 'tls.acme.names[0]: '],
  [{ tls: { acme: { directory: 'https://a.example', folder: '/a', names: [] } } }, 'tls.acme.names: '],
] as const)('encryption as %j is a fault', ([tls, place]) => {
  const listeners = [{ name: 'https', address: '127.0.0.1', port: 8443, tls: true }]
  expect(faultsOf({ ...VALID, listeners, ...tls })).toEqual([expect.stringContaining(place)])
})

function faultsOf(value: unknown): unknown {
  try {
    parseGatewayConfiguration(value)
  } catch (error) {
    expect(error).toMatchObject({ code: 'GATEWAY_CONFIGURATION_INVALID', status: 400 })
    if (error instanceof Error && 'details' in error) return Object(error.details).faults
  }
  return []
}
