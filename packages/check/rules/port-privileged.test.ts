import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'PORT_PRIVILEGED',
    says: 'a container engine binds by itself',
    count: 0,
    yaml: `services:
  a: { run: { container: a }, ports: { x: 587 } }
`,
  },
  {
    code: 'PORT_PRIVILEGED',
    says: 'what others run is theirs',
    count: 0,
    yaml: `services:
  a: { run: { external: "a.example.com:587" }, ports: { x: 587 } }
`,
  },
  {
    code: 'PORT_PRIVILEGED',
    says: 'a cluster has its own rules',
    count: 0,
    yaml: `hosts: { local: { kind: kubernetes } }
services:
  a: { run: { command: a }, ports: { x: 587 } }
`,
  },
  {
    code: 'PORT_PRIVILEGED',
    says: '1024 is not privileged',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 1024 } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('the ports of the web are worth a note and no more', () => {
  const findings = findingsOf('PORT_PRIVILEGED', 'gateway: { ports: { http: 80, https: 443 } }\n')
  expect(findings.map(({ severity }) => severity)).toEqual(['note', 'note'])
})
