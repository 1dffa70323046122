import { parseStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { checkStack } from './check-stack.ts'

const YAML = `stack: test
services:
  a: { run: { command: a }, ports: { x: 9000 } }
  b: { run: { command: b }, ports: { x: 9000 } }
`

test('a stack without environments is checked as the one that it has', () => {
  expect(checkStack(parseStack(YAML, 'a.yaml'))).toMatchObject([{ environments: ['development'] }])
})

test('the same finding of several environments is one that names them all', () => {
  const stack = parseStack(
    `${YAML}environments: { one: {}, two: {}, three: { services: { b: { ports: { x: 9001 } } } } }\n`,
    'a.yaml',
  )
  expect(checkStack(stack)).toMatchObject([{ code: 'PORT_DUPLICATE', environments: ['development', 'one', 'two'] }])
  expect(checkStack(stack, { environment: 'two' })).toMatchObject([{ environments: ['two'] }])
  expect(checkStack(stack, { environment: 'three' })).toEqual([])
})

test('findings come in the order of the lines', () => {
  const stack = parseStack(`${YAML}  c: { run: { command: c }, needs: { d: {} } }\n`, 'a.yaml')
  expect(checkStack(stack).map(({ line }) => line)).toEqual([4, 5])
})

test('a value that comes from outside is not needed', () => {
  const stack = parseStack(
    'stack: test\nservices: { a: { run: { external: "${HOST}:1" }, ports: { x: 1 } } }\n',
    'a.yaml',
  )
  expect(checkStack(stack)).toEqual([])
})
