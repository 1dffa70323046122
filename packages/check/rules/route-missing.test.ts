import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'ROUTE_MISSING',
    says: 'a service with a route is found',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/a], needs: { gateway: {} } }
`,
  },
  {
    code: 'ROUTE_MISSING',
    says: 'a service that does not count on the gateway needs no route',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
