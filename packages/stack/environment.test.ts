import { expect, test } from 'vitest'
import { environmentNames, parseStack } from './stack.ts'
import { faultsIn } from './testing.ts'

const BASE = 'stack: a\nservices: { db: { run: { embedded: postgres }, ports: { sql: 5432 } } }\n'
const PRODUCTION = 'environments: { production: { services: { db: { run: { external: "db.example.com:5432" } } } } }\n'

test('an overlay for production does not become what a plain start means', () => {
  const stack = parseStack(BASE + PRODUCTION, 'a.yaml')
  expect(environmentNames(stack)).toEqual(['development', 'production'])
  expect(stack.defaultEnvironment).toBe('development')
})

test('the file may name another default, which has to exist', () => {
  expect(parseStack(`${BASE}default: production\n${PRODUCTION}`, 'a.yaml').defaultEnvironment).toBe('production')
  expect(faultsIn(`${BASE}default: staging\n${PRODUCTION}`)).toMatchObject([{ code: 'STACK_ENVIRONMENT_UNKNOWN' }])
})
