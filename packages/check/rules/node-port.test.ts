import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'NODE_PORT_OUT_OF_RANGE',
    says: 'both ends are inside',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 1, nodePort: 30000 }, y: { port: 2, nodePort: 32767 } } }
`,
  },
  {
    code: 'NODE_PORT_OUT_OF_RANGE',
    says: 'each transport counts',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 1, transport: [tcp, udp], nodePort: { tcp: 30000, udp: 32768 } } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
