import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'FORWARD_MISSING',
    says: 'a host without forwards is reached as it is',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 1, reach: public } } }
`,
  },
  {
    code: 'FORWARD_MISSING',
    says: 'an internal port needs none',
    count: 0,
    yaml: `hosts: { local: { forwards: [] } }
services:
  a: { run: { command: a }, ports: { x: 1 } }
`,
  },
  {
    code: 'FORWARD_MISSING',
    says: 'a public port needs one',
    count: 1,
    yaml: `hosts: { local: { forwards: [] } }
services:
  a: { run: { command: a }, ports: { x: { port: 1, reach: public } } }
`,
  },
  {
    code: 'FORWARD_MISSING',
    says: 'a range has to arrive as a whole',
    count: 1,
    yaml: `hosts: { local: { forwards: [{ from: 10-15/udp, to: 10 }] } }
services:
  a: { run: { command: a }, ports: { x: { range: 10-20, transport: udp, reach: public } } }
`,
  },
  {
    code: 'FORWARD_MISSING',
    says: 'the gateway of a cluster is on the node itself',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes, forwards: [{ from: 80/tcp, to: 80 }] } }
gateway: { ports: { http: 80 } }
`,
  },
  {
    code: 'FORWARD_MISSING',
    says: 'a forward that aims beside it is told once',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes, forwards: [{ from: 7881/tcp, to: 7881 }] } }
services:
  a: { run: { command: a }, ports: { x: { port: 7881, reach: public, nodePort: 30881 } } }
`,
  },
  {
    code: 'FORWARD_NOWHERE',
    says: 'a forward to another number is fine',
    count: 0,
    yaml: `hosts: { local: { forwards: [{ from: 443/tcp, to: 8443 }] } }
services:
  a: { run: { command: a }, ports: { x: 8443 } }
`,
  },
  {
    code: 'FORWARD_NOWHERE',
    says: 'a published number is held, the container’s own is not',
    count: 1,
    yaml: `hosts: { local: { forwards: [{ from: 1/tcp, to: 8001 }, { from: 2/tcp, to: 80 }] } }
services:
  a: { run: { container: a }, ports: { x: { port: 80, publish: 8001 } } }
`,
  },
  {
    code: 'FORWARD_NOWHERE',
    says: 'the transport counts',
    count: 1,
    yaml: `hosts: { local: { forwards: [{ from: 1/udp, to: 1 }] } }
services:
  a: { run: { command: a }, ports: { x: 1 } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
