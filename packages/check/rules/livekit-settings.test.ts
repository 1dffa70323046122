import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'LIVEKIT_KEY_UNKNOWN',
    says: 'keys that are no ports are not held against a list',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: true, udp_port: 3478, new_thing: 1 }, rtc: { tcp_port: 7881, udp_port: 7882 } } } }
`,
  },
  {
    code: 'LIVEKIT_NODE_IP_IGNORED',
    says: 'one of the two is fine',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { rtc: { use_external_ip: true } } } }
  k: { run: { command: k }, settings: { livekit: { rtc: { node_ip: 192.0.2.1 } } } }
`,
  },
  {
    code: 'LIVEKIT_RANGE_SINGLE',
    says: 'a range of two is a range',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { rtc: { port_range_start: 7881, port_range_end: 7882 } } } }
`,
  },
  {
    code: 'LIVEKIT_RANGE_SINGLE',
    says: '0 to 0 is no range',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { rtc: { port_range_start: 0, port_range_end: 0 } } } }
`,
  },
  {
    code: 'LIVEKIT_TURN_DOMAIN',
    says: 'without TLS no domain is asked for',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: true, udp_port: 3478, tls_port: 0, domain: localhost } } } }
`,
  },
  {
    code: 'LIVEKIT_TURN_DOMAIN',
    says: 'a domain from outside is not known',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: true, tls_port: 5349, domain: "\${TURN_DOMAIN}" } } } }
`,
  },
  {
    code: 'LIVEKIT_TURN_PORTLESS',
    says: 'either port is enough',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: true, tls_port: 5349 } } } }
`,
  },
  {
    code: 'LIVEKIT_TURN_PORTLESS',
    says: 'zeros are none',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { turn: { enabled: true, tls_port: 0, udp_port: 0 } } } }
`,
  },
  {
    code: 'LIVEKIT_UDP_PORT_IGNORED',
    says: 'alone it counts',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { s: 7880 }, settings: { livekit: { rtc: { udp_port: 7882 } } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
