import { parseStack, resolveStack, type Service } from '@portolan/stack'
import { expect, test } from 'vitest'
import { bindAddress, parseExternal, placeOf, urlOf } from './place.ts'

const URLS = [
  { service: 'run: { command: x }, ports: { http: 8000 }', url: 'http://127.0.0.1:8000' },
  { service: 'run: { command: x }, ports: { https: 8443 }', url: 'https://127.0.0.1:8443' },
  { service: 'run: { command: x }, ports: { raw: 9 }', url: 'tcp://127.0.0.1:9' },
  {
    service: 'run: { command: x }, ports: { media: { range: 50000-50020, transport: udp } }',
    url: 'udp://127.0.0.1:50000',
  },
  { service: 'run: { command: x }, ports: { live: { port: 5, speaks: websocket } }', url: 'ws://127.0.0.1:5' },
  {
    service: 'run: { embedded: postgres }, ports: { sql: { port: 5432, speaks: postgres } }',
    url: 'postgres://127.0.0.1:5432',
  },
  {
    service: 'run: { external: "db.example.com:5433" }, ports: { sql: { port: 5432, speaks: postgres } }',
    url: 'postgres://db.example.com:5433',
  },
  {
    service: 'run: { external: db.example.com }, ports: { sql: { port: 5432, speaks: postgres } }',
    url: 'postgres://db.example.com:5432',
  },
  {
    service: 'run: { external: "[2001:db8::1]:6380" }, ports: { redis: { port: 6379, speaks: redis } }',
    url: 'redis://[2001:db8::1]:6380',
  },
  {
    service:
      'run: { external: "postgres://me:secret@db.example.com/x" }, ports: { sql: { port: 5432, speaks: postgres } }',
    url: 'postgres://db.example.com:5432',
  },
  { service: 'run: { container: "x:1" }, ports: { http: { port: 80, publish: 8080 } }', url: 'http://127.0.0.1:8080' },
]

test.for(URLS)('$url', ({ service, url }) => {
  const one = serviceOf(service)
  expect(one.ports.map((port) => urlOf(one, port))).toEqual([url])
})

test('the second port of an external service keeps its own number', () => {
  const s3 = serviceOf('run: { external: "s3.example.com:9000" }, ports: { s3: 1, admin: 9001 }')
  expect(s3.ports.map((port) => placeOf(s3, port))).toEqual([
    { host: 's3.example.com', port: 9000 },
    { host: 's3.example.com', port: 9001 },
  ])
})

test('what is public is bound everywhere, the rest on loopback', () => {
  const reaches = ['loopback', 'internal', 'public'] as const
  expect(reaches.map((reach) => bindAddress({ reach }))).toEqual(['127.0.0.1', '127.0.0.1', '0.0.0.0'])
})

test('an address that is none is taken as a name', () => {
  expect(parseExternal('a b')).toEqual({ host: 'a b', port: undefined })
})

function serviceOf(written: string): Service {
  const stack = resolveStack(parseStack(`stack: one\nservices:\n  it: { ${written} }\n`, 'portolan.yaml'), {
    values: {},
  })
  const [service] = stack.services
  if (service === undefined) throw new Error('The stack has one service.')
  return service
}
