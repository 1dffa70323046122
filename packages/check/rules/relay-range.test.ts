import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'nothing in the way is fine',
    count: 0,
    yaml: `services:
  t: { run: { container: "coturn/coturn:4" }, ports: { turn: { port: 3478, transport: udp, speaks: turn } } }
  l: { run: { command: l }, ports: { m: { range: 20000-20020, transport: udp } } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'a declared range is judged as any port',
    count: 0,
    yaml: `services:
  t: { run: { container: "coturn/coturn:4" }, ports: { turn: { port: 3478, transport: udp, speaks: turn }, relay: { range: 20000-20100, transport: udp, speaks: relay } } }
  l: { run: { command: l }, ports: { m: { range: 50000-50020, transport: udp } } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'the default range meets media',
    count: 1,
    yaml: `services:
  t: { run: { container: "coturn/coturn:4" }, ports: { turn: { port: 3478, transport: udp, speaks: turn } } }
  l: { run: { command: l }, ports: { m: { range: 50000-50020, transport: udp } } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'TCP is not in the way of UDP',
    count: 0,
    yaml: `services:
  t: { run: { container: "coturn/coturn:4" }, ports: { turn: { port: 3478, transport: udp, speaks: turn } } }
  l: { run: { command: l }, ports: { m: 50000-50020 } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'a program that nobody knows is left alone',
    count: 0,
    yaml: `services:
  t: { run: { command: t }, ports: { turn: { port: 3478, transport: udp, speaks: turn } } }
  l: { run: { command: l }, ports: { m: { range: 50000-50020, transport: udp } } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'a range in the settings counts instead of the default',
    count: 0,
    yaml: `services:
  t: { run: { container: coturn }, ports: { turn: { port: 3478, speaks: turn } }, settings: { coturn: { min-port: 20000, max-port: 20100 } } }
  l: { run: { command: l }, ports: { m: { range: 50000-50020, transport: udp } } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'LiveKit relays once its TURN is on',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, settings: { livekit: { turn: { enabled: true, udp_port: 3478 } } } }
  o: { run: { command: o }, ports: { x: { port: 30500, transport: udp } } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'and not before',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, settings: { livekit: { turn: { enabled: false } } } }
  o: { run: { command: o }, ports: { x: { port: 30500, transport: udp } } }
`,
  },
  {
    code: 'RELAY_RANGE_UNDECLARED',
    says: 'on another host nothing is in the way',
    count: 0,
    yaml: `hosts: { one: {} }
services:
  t: { run: { container: "coturn/coturn:4" }, ports: { turn: { port: 3478, transport: udp, speaks: turn } } }
  l: { run: { command: l }, host: one, ports: { m: { range: 50000-50020, transport: udp } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
