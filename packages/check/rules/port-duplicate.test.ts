import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'PORT_DUPLICATE',
    says: 'TCP and UDP are apart',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 3478, transport: udp } } }
  b: { run: { command: b }, ports: { x: 3478 } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'a port that is both meets each of them once',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 3478, transport: [udp, tcp] } } }
  b: { run: { command: b }, ports: { x: { port: 3478, transport: [udp, tcp] } } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'two hosts are apart',
    count: 0,
    yaml: `hosts: { one: {}, two: {} }
services:
  a: { run: { command: a }, host: one, ports: { x: 80 } }
  b: { run: { command: b }, host: two, ports: { x: 80 } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'containers count as what they are published under',
    count: 0,
    yaml: `services:
  a: { run: { container: a }, ports: { x: { port: 80, publish: 8001 } } }
  b: { run: { container: b }, ports: { x: { port: 80, publish: 8002 } } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'containers that are published under one number meet',
    count: 1,
    yaml: `services:
  a: { run: { container: a }, ports: { x: { port: 80, publish: 8001 } } }
  b: { run: { container: b }, ports: { x: { port: 81, publish: 8001 } } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'what others run holds nothing',
    count: 0,
    yaml: `services:
  a: { run: { external: "db.example.com:5432" }, ports: { x: 5432 } }
  b: { run: { command: b }, ports: { x: 5432 } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'pods have addresses of their own',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes } }
services:
  a: { run: { command: a }, ports: { x: 8080 } }
  b: { run: { command: b }, ports: { x: 8080 } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'node ports belong to the host',
    count: 1,
    yaml: `hosts: { local: { kind: kubernetes } }
services:
  a: { run: { command: a }, ports: { x: { port: 80, nodePort: 30080 } } }
  b: { run: { command: b }, ports: { x: { port: 81, nodePort: 30080 } } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'node ports of two transports are apart',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes } }
services:
  a: { run: { command: a }, ports: { x: { port: 80, transport: udp, nodePort: 30080 } } }
  b: { run: { command: b }, ports: { x: { port: 81, nodePort: 30080 } } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'node ports mean nothing on a machine',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 80, nodePort: 30080 } } }
  b: { run: { command: b }, ports: { x: { port: 81, nodePort: 30080 } } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'the gateway holds ports like any service',
    count: 1,
    yaml: `gateway: { ports: { http: 8000 } }
services:
  a: { run: { command: a }, ports: { x: 8000 } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'one number under two names of a service is declared twice',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 8000, y: 8000 } }
`,
  },
  {
    code: 'PORT_DUPLICATE',
    says: 'three of a kind are two findings',
    count: 2,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 1234 } }
  b: { run: { command: b }, ports: { x: 1234 } }
  c: { run: { command: c }, ports: { x: 1234 } }
`,
  },
  {
    code: 'PORT_OVERLAP',
    says: 'a port inside a range overlaps',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 2000-2100 } }
  b: { run: { command: b }, ports: { x: 2100 } }
`,
  },
  {
    code: 'PORT_OVERLAP',
    says: 'a port beside a range does not',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 2000-2100 } }
  b: { run: { command: b }, ports: { x: 2101 } }
`,
  },
  {
    code: 'PORT_OVERLAP',
    says: 'two ranges overlap',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 2000-2100 } }
  b: { run: { command: b }, ports: { x: 2050-2200 } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('a collision points at the later port and names the earlier one', () => {
  const [finding] = findingsOf(
    'PORT_DUPLICATE',
    'services:\n  a: { run: { command: a }, ports: { x: 9000 } }\n  b: { run: { command: b }, ports: { x: 9000 } }\n',
  )
  expect(finding).toMatchObject({ line: 4, related: [{ line: 3, message: '"a.x" holds 9000/tcp' }] })
})
