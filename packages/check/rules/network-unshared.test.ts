import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'NETWORK_UNSHARED',
    says: 'one network in common is enough',
    count: 0,
    yaml: `services:
  a: { run: { container: a }, needs: { b: {} }, networks: [x, y] }
  b: { run: { container: b }, ports: { x: { port: 1 } }, networks: [y, z] }
`,
  },
  {
    code: 'NETWORK_UNSHARED',
    says: 'who says nothing is left alone',
    count: 0,
    yaml: `services:
  a: { run: { container: a }, needs: { b: {} }, networks: [x] }
  b: { run: { container: b }, ports: { x: { port: 1 } } }
`,
  },
  {
    code: 'NETWORK_UNSHARED',
    says: 'no network is none in common',
    count: 1,
    yaml: `services:
  a: { run: { container: a }, needs: { b: {} }, networks: [] }
  b: { run: { container: b }, ports: { x: { port: 1 } }, networks: [x] }
`,
  },
  {
    code: 'NETWORK_UNSHARED',
    says: 'a public port is reached through its host',
    count: 0,
    yaml: `services:
  a: { run: { container: a }, needs: { b: {} }, networks: [x] }
  b: { run: { container: b }, ports: { x: { port: 1, reach: public } }, networks: [y] }
`,
  },
  {
    code: 'NETWORK_UNSHARED',
    says: 'what others run is on no network of ours',
    count: 0,
    yaml: `services:
  a: { run: { container: a }, needs: { b: {} }, networks: [x] }
  b: { run: { external: "db.example.com:1" }, networks: [y] }
`,
  },
  {
    code: 'NETWORK_UNSHARED',
    says: 'the gateway has to reach what it routes to',
    count: 1,
    yaml: `gateway: { ports: { http: 8080 }, networks: [front] }
services:
  a: { run: { container: a }, ports: { http: 1 }, routes: [/a, /b], networks: [back] }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
