import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: 'declared ports are fine',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880, f: 7881, m: { range: 20000-20100, transport: udp } }, settings: { livekit: { port: 7880, rtc: { tcp_port: 7881, port_range_start: 20000, port_range_end: 20100 } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: 'what is not set is not judged',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7890, m: { range: 50000-50020, transport: udp } }, settings: { livekit: { log_level: info } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: '0 is off',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { rtc: { tcp_port: 0 } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: 'the transport counts',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880, m: 7882 }, settings: { livekit: { rtc: { udp_port: 7882 } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: 'half a range is not the range',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20050, transport: udp } }, settings: { livekit: { rtc: { port_range_start: 20000, port_range_end: 20100 } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: 'udp_port may be a range',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 7882-7885, transport: udp } }, settings: { livekit: { rtc: { udp_port: "7882-7885" } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: 'TURN that is off listens nowhere',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: false, udp_port: 3478 } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNDECLARED',
    says: 'a LiveKit of others is theirs',
    count: 0,
    yaml: `services:
  l: { run: { external: l.example.com }, settings: { livekit: { port: 7880 } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_TAKEN',
    says: 'another host is no matter',
    count: 0,
    yaml: `hosts: { two: {} }
services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: true, udp_port: 3478 } } } }
  c: { run: { command: c }, host: two, ports: { t: { port: 3478, transport: udp } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_TAKEN',
    says: 'pods have addresses of their own',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes } }
services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: true, udp_port: 3478 } } } }
  c: { run: { command: c }, ports: { t: { port: 3478, transport: udp, nodePort: 30478 } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNSERVED',
    says: 'TURN over UDP and over TLS are served',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { t: { port: 3478, transport: udp, speaks: [stun, turn] }, s: { port: 5349, speaks: turns } }, settings: { livekit: { turn: { enabled: true, udp_port: 3478, tls_port: 5349, domain: turn.example.com } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNSERVED',
    says: 'without a word about TURN nothing is judged',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { t: { port: 3478, transport: [udp, tcp], speaks: turn } }, settings: { livekit: { port: 7880 } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNSERVED',
    says: 'STUN alone is no TURN',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { t: { port: 3478, transport: [udp, tcp], speaks: stun } }, settings: { livekit: { turn: { enabled: true, udp_port: 3478 } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNSERVED',
    says: 'behind a load balancer plain TCP is served',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { t: { port: 5349, speaks: turn } }, settings: { livekit: { turn: { enabled: true, tls_port: 5349, external_tls: true, domain: turn.example.com } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNSERVED',
    says: 'TURN that is off serves nothing',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { t: { port: 3478, transport: udp, speaks: turn } }, settings: { livekit: { turn: { enabled: false, udp_port: 3478 } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNSERVED',
    says: 'TLS on another number',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { t: { port: 443, speaks: turns } }, settings: { livekit: { turn: { enabled: true, tls_port: 5349, domain: turn.example.com } } } }
`,
  },
  {
    code: 'LIVEKIT_PORT_UNSERVED',
    says: 'ICE over TCP that is off',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { f: { port: 7881, speaks: ice-tcp } }, settings: { livekit: { rtc: { tcp_port: 0 } } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
