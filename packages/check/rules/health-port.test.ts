import { parseStack, resolveStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { checkResolved } from '../check-resolved.ts'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'HEALTH_PORT_UNSERVED',
    says: 'a number of a range is served',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 10-20 }, health: { port: 15 } }
`,
  },
  {
    code: 'HEALTH_PORT_UNSERVED',
    says: 'UDP answers no health check',
    count: 1,
    yaml: `services:
  a: { run: { command: a }, ports: { x: { port: 10, transport: udp } }, health: { port: 10 } }
`,
  },
  {
    code: 'HEALTH_PORT_UNSERVED',
    says: 'a name is another rule’s matter',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, ports: { x: 10 }, health: { port: y } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('a number that was written for the declared ports is right in a stack that was moved', () => {
  const stack = parseStack(
    'stack: test\nservices: { a: { run: { command: a }, ports: { x: 8000 }, health: { port: 8000 } } }',
    'a.yaml',
  )
  const moved = resolveStack(stack, { values: 'unset', shift: 100 })
  expect(checkResolved(moved).filter(({ code }) => code === 'HEALTH_PORT_UNSERVED')).toEqual([])
})
