import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

test.for([
  {
    code: 'NEED_CYCLE',
    says: 'a chain and a diamond are no circle',
    count: 0,
    yaml: `services:
  a: { run: { command: a }, needs: { b: {}, c: {} } }
  b: { run: { command: b }, needs: { d: {} } }
  c: { run: { command: c }, needs: { d: {} } }
  d: { run: { command: d },  }
`,
  },
  {
    code: 'NEED_CYCLE',
    says: 'two circles are two findings',
    count: 2,
    yaml: `services:
  a: { run: { command: a }, needs: { b: {} } }
  b: { run: { command: b }, needs: { a: {} } }
  c: { run: { command: c }, needs: { d: {} } }
  d: { run: { command: d }, needs: { c: {} } }
`,
  },
  {
    code: 'NEED_CYCLE',
    says: 'what leads into a circle is not in it',
    count: 1,
    yaml: `services:
  x: { run: { command: x }, needs: { a: {} } }
  a: { run: { command: a }, needs: { b: {} } }
  b: { run: { command: b }, needs: { a: {} } }
`,
  },
])('$code: $says', ({ code, yaml, count }) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('the circle is printed from the first service of the file', () => {
  const yaml =
    'services:\n  a: { run: { command: a }, needs: { b: {} } }\n  b: { run: { command: b }, needs: { c: {} } }\n  c: { run: { command: c }, needs: { a: {} } }\n'
  const [finding] = findingsOf('NEED_CYCLE', yaml)
  expect(finding?.message).toContain('a → b → c → a')
  expect(finding?.related.map(({ line }) => line)).toEqual([4, 5])
})

test('a service that needs itself is a circle of one', () => {
  const [finding] = findingsOf('NEED_CYCLE', 'services:\n  a: { run: { command: a }, needs: { a: {} } }\n')
  expect(finding?.message).toContain('a → a.')
})

test('services that all need each other are one finding, with the shortest circle through the first', () => {
  const yaml =
    'services:\n  a: { run: { command: a }, needs: { b: {}, c: {} } }\n  b: { run: { command: b }, needs: { c: {} } }\n  c: { run: { command: c }, needs: { a: {} } }\n'
  const findings = findingsOf('NEED_CYCLE', yaml)
  expect(findings).toHaveLength(1)
  expect(findings[0]?.message).toContain('a → c → a')
})

test('a ring of two thousand is one circle', () => {
  const services = Array.from(
    { length: 2_000 },
    (_, index) => `  s${index}: { run: { command: x }, needs: { s${(index + 1) % 2_000}: {} } }\n`,
  )
  const [finding, ...others] = findingsOf('NEED_CYCLE', `services:\n${services.join('')}`)
  expect(others).toEqual([])
  expect(finding?.related).toHaveLength(1_999)
})
