import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'CAPACITY_EXCEEDED',
    says: 'exactly enough is enough',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20019, transport: udp, capacity: { participants: 10, portsEach: 2 } } } }
`,
  },
  {
    code: 'CAPACITY_EXCEEDED',
    says: 'participants alone count two connections each',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20019, transport: udp, capacity: { participants: 10 } } } }
`,
  },
  {
    code: 'CAPACITY_EXCEEDED',
    says: 'and eleven are too many',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20019, transport: udp, capacity: { participants: 11 } } } }
`,
  },
  {
    code: 'CAPACITY_EXCEEDED',
    says: 'nothing said, nothing judged',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { m: 1-2 } }
`,
  },
  {
    code: 'CAPACITY_SUM',
    says: 'a sum that is right is fine',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20019, transport: udp, capacity: { participants: 10, portsEach: 1-2, ports: 10-20 } } } }
`,
  },
  {
    code: 'CAPACITY_SUM',
    says: 'a sum without its parts is not judged',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20019, transport: udp, capacity: { ports: 10-20 } } } }
`,
  },
  {
    code: 'CAPACITY_STREAMS',
    says: 'as many streams as ports may be meant',
    count: 0,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20019, transport: udp, capacity: { streams: 20 } } } }
`,
  },
  {
    code: 'CAPACITY_STREAMS',
    says: 'fewer streams than ports is a miscount',
    count: 1,
    yaml: `services:
  l: { run: { command: l }, ports: { m: { range: 20000-20019, transport: udp, capacity: { streams: 19 } } } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('when only the upper end of a span is too much, it is a warning', () => {
  const yaml =
    'services: { l: { run: { command: l }, ports: { m: { range: 1-30, transport: udp, capacity: { participants: 10, portsEach: 2-4 } } } } }\n'
  expect(findingsOf('CAPACITY_EXCEEDED', yaml)).toMatchObject([{ severity: 'warning' }])
})
