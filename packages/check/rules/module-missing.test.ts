import { parseStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { checkStack, filesNamed } from '../check-stack.ts'

const STACK = parseStack(
  `stack: test
services:
  a: { run: { module: a/service.ts } }
  b: { run: { module: b/service.ts }, optional: true }
  c: { run: { command: c.ts } }
environments:
  staging: { services: { a: { run: { module: a/staging.ts } } } }
`,
  'portolan.yaml',
)
const about = (missing: readonly string[]) =>
  checkStack(STACK, { missingFiles: new Set(missing) }).filter(({ code }) => code === 'MODULE_MISSING')

test('the files that are named are the modules of every environment, or of one', () => {
  expect([...filesNamed(STACK)]).toEqual(['a/service.ts', 'b/service.ts', 'a/staging.ts'])
  expect([...filesNamed(STACK, { environment: 'staging' })]).toEqual(['a/staging.ts', 'b/service.ts'])
})

test('a module that is not there is an error at its path, in the environments that name it', () => {
  expect(about(['a/service.ts', 'c.ts'])).toMatchObject([
    { severity: 'error', line: 3, column: 15, environments: ['development'] },
  ])
})

test('an optional one is a warning', () => {
  expect(about(['b/service.ts'])).toMatchObject([{ severity: 'warning', line: 4 }])
})

test('without having looked, nothing is said', () => {
  expect(checkStack(STACK)).toEqual([])
})
