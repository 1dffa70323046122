import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'ROUTE_DUPLICATE',
    says: 'a longer path beside a shorter one is fine',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { http: 1 }, routes: [/api] }
  b: { run: { command: b }, ports: { http: 2 }, routes: [/api/b] }
`,
  },
  {
    code: 'ROUTE_DUPLICATE',
    says: 'a slash at the end makes no difference',
    count: 1,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { http: 1 }, routes: [/api] }
  b: { run: { command: b }, ports: { http: 2 }, routes: [/api/] }
`,
  },
  {
    code: 'ROUTE_DUPLICATE',
    says: 'two ports of one service are two places',
    count: 1,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1, y: 2 }, routes: [{ path: /a, port: x }, { path: /a, port: y }] }
`,
  },
  {
    code: 'ROUTE_DUPLICATE',
    says: 'the same route twice leads to one place',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/a, /a] }
`,
  },
  {
    code: 'ROUTE_DUPLICATE',
    says: 'similar words are other segments',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/api] }
  b: { run: { command: b }, ports: { x: 2 }, routes: [/apis] }
`,
  },
  {
    code: 'ROUTE_UNREACHABLE',
    says: 'a plain path and the root are reached',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/, /a/b-c_d.e] }
`,
  },
  {
    code: 'ROUTE_UNREACHABLE',
    says: 'a slash at the end is reached',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/a/] }
`,
  },
  {
    code: 'ROUTE_UNREACHABLE',
    says: 'dot segments are removed before',
    count: 1,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/a/./b] }
`,
  },
  {
    code: 'ROUTE_UNREACHABLE',
    says: 'empty segments are dropped before',
    count: 1,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [//a] }
`,
  },
  {
    code: 'ROUTE_UNREACHABLE',
    says: 'Korean travels percent-encoded',
    count: 1,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/보드] }
`,
  },
  {
    code: 'ROUTE_UNREACHABLE',
    says: 'without a gateway no route is',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/a] }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
