import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'SERVICE_UNKNOWN',
    says: 'the gateway is a service when it is declared',
    count: 0,
    yaml: `gateway: { ports: { http: 8080 } }
services:
  a: { run: { command: a }, ports: { x: 1 }, routes: [/a], needs: { gateway: {} } }
`,
  },
  {
    code: 'SERVICE_UNKNOWN',
    says: 'and none when it is not',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, needs: { gateway: {} } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('the nearest spelling is offered', () => {
  const [finding] = findingsOf(
    'SERVICE_UNKNOWN',
    'services:\n  postgres: { run: { command: p } }\n  a: { run: { command: a }, needs: { postgers: {} } }\n',
  )
  expect(finding?.message).toContain('Did you mean "postgres"?')
})
