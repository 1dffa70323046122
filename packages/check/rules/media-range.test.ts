import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'MEDIA_RANGE_EPHEMERAL',
    says: 'ten ports that are no media are left alone',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { m: { range: 50000-50009, transport: udp } } }
`,
  },
  {
    code: 'MEDIA_RANGE_EPHEMERAL',
    says: 'eleven are media whatever they are called',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { m: { range: 50000-50010, transport: udp } } }
`,
  },
  {
    code: 'MEDIA_RANGE_EPHEMERAL',
    says: 'a range of TCP is no media',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { m: { range: 50000-50100 } } }
`,
  },
  {
    code: 'MEDIA_RANGE_EPHEMERAL',
    says: 'a host may draw from elsewhere',
    count: 0,
    yaml: `hosts: { local: { ephemeral: 20000-29999 } }
services:
  a: { run: { command: a }, ports: { m: { range: 50000-50100, transport: udp } } }
`,
  },
  {
    code: 'MEDIA_RANGE_EPHEMERAL',
    says: 'what others run is theirs',
    count: 0,
    yaml: `services:
  a: { run: { external: a.example.com }, ports: { m: { range: 50000-60000, transport: udp } } }
`,
  },
  {
    code: 'MEDIA_RANGE_NODE_PORTS',
    says: 'a machine has no node ports',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { m: { range: 30000-30100, transport: udp } } }
`,
  },
  {
    code: 'MEDIA_RANGE_NODE_PORTS',
    says: 'below 30000 is fine',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes } }
services:
  a: { run: { command: a }, ports: { m: { range: 29000-29999, transport: udp } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})
