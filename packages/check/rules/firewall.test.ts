import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'FIREWALL_CLOSED',
    says: 'a host that lists nothing says nothing',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 1, reach: public } } }
`,
  },
  {
    code: 'FIREWALL_CLOSED',
    says: 'an internal port stays shut',
    count: 0,
    yaml: `hosts: { local: { open: [443/tcp] } }
services:
  a: { run: { command: a }, ports: { x: 443, y: 5432 } }
`,
  },
  {
    code: 'FIREWALL_CLOSED',
    says: 'two openings side by side cover a range',
    count: 0,
    yaml: `hosts: { local: { open: [10-15/udp, 16-20/udp] } }
services:
  a: { run: { command: a }, ports: { x: { range: 10-20, transport: udp, reach: public } } }
`,
  },
  {
    code: 'FIREWALL_CLOSED',
    says: 'a hole in a range is found',
    count: 1,
    yaml: `hosts: { local: { open: [10-14/udp, 16-20/udp] } }
services:
  a: { run: { command: a }, ports: { x: { range: 10-20, transport: udp, reach: public } } }
`,
  },
  {
    code: 'FIREWALL_CLOSED',
    says: 'the transport counts',
    count: 1,
    yaml: `hosts: { local: { open: [3478/udp] } }
services:
  a: { run: { command: a }, ports: { x: { port: 3478, transport: [udp, tcp], reach: public } } }
`,
  },
  {
    code: 'FIREWALL_CLOSED',
    says: 'the gateway is public unless it says loopback',
    count: 1,
    yaml: `hosts: { local: { open: [22/tcp] } }
gateway: { ports: { http: 8080 } }
`,
  },
  {
    code: 'FIREWALL_CLOSED',
    says: 'a gateway of this machine alone is not',
    count: 0,
    yaml: `hosts: { local: { open: [] } }
gateway: { ports: { http: { port: 8080, reach: loopback } } }
`,
  },
  {
    code: 'FIREWALL_CLOSED',
    says: 'on Kubernetes the node port has to be open',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes, open: [30880/tcp] } }
services:
  a: { run: { command: a }, ports: { x: { port: 7880, reach: public, nodePort: 30880 } } }
`,
  },
  {
    code: 'FIREWALL_UNUSED',
    says: 'SSH is how the machine is reached',
    count: 0,
    yaml: `hosts: { local: { open: [22/tcp] } }
`,
  },
  {
    code: 'FIREWALL_UNUSED',
    says: 'a part that is served is enough',
    count: 0,
    yaml: `hosts: { local: { open: [10-20/udp] } }
services:
  a: { run: { command: a }, ports: { x: { port: 15, transport: udp } } }
`,
  },
  {
    code: 'FIREWALL_UNUSED',
    says: 'the other transport does not serve it',
    count: 1,
    yaml: `hosts: { local: { open: [15/tcp] } }
services:
  a: { run: { command: a }, ports: { x: { port: 15, transport: udp } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('the missing part of a range is named', () => {
  const [finding] = findingsOf(
    'FIREWALL_CLOSED',
    'hosts: { local: { open: [10-14/udp] } }\nservices: { a: { run: { command: a }, ports: { x: { range: 10-20, transport: udp, reach: public } } } }\n',
  )
  expect(finding?.message).toContain('15-20/udp')
})
