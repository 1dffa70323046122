import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'PORT_UNKNOWN',
    says: 'a need may name no port',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, needs: { b: {} } }
  b: { run: { command: b },  }
`,
  },
  {
    code: 'PORT_UNKNOWN',
    says: 'a need names a port that is not there',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, needs: { b: { port: y } } }
  b: { run: { command: b }, ports: { x: 1 } }
`,
  },
  {
    code: 'PORT_UNKNOWN',
    says: 'the port of an unknown service is not this rule’s matter',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, needs: { b: { port: y } } }
`,
  },
  {
    code: 'PORT_UNKNOWN',
    says: 'a route of a service without ports',
    count: 1,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, routes: [/a] }
`,
  },
  {
    code: 'PORT_UNKNOWN',
    says: 'figures and health name ports',
    count: 2,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 1 }, metrics: { path: /m, port: y }, health: { path: /h, port: z } }
`,
  },
  {
    code: 'PORT_UNKNOWN',
    says: 'names that are there are fine',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 1 }, metrics: { path: /m, port: x }, health: { path: /h, port: x } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
