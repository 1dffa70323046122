import fc from 'fast-check'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { parseEnvironment } from './environment.ts'

const schema = Type.Object({
  PORT: Type.Integer({ minimum: 1, maximum: 65_535 }),
  STORE_URL: Type.String({ format: 'url' }),
  VERBOSE: Type.Boolean({ default: false }),
  SHARE_RATIO: Type.Optional(Type.Number({ maximum: 1 })),
  MODE: Type.Union([Type.Literal('fast'), Type.Literal('safe')], { default: 'safe' }),
  ORIGINS: Type.Array(Type.String(), { default: [] }),
})
const VALID = { PORT: '8000', STORE_URL: 'postgresql://app@127.0.0.1:5432/app_db' }

test('texts become the values that the schema asks for, and defaults fill the rest', () => {
  const environment = {
    ...VALID,
    VERBOSE: '1',
    SHARE_RATIO: '0.5',
    ORIGINS: 'https://a.example.com, https://b.example.com',
    HOME: '/x',
  }
  expect(parseEnvironment(schema, environment)).toEqual({
    PORT: 8000,
    STORE_URL: 'postgresql://app@127.0.0.1:5432/app_db',
    VERBOSE: true,
    SHARE_RATIO: 0.5,
    MODE: 'safe',
    ORIGINS: ['https://a.example.com', 'https://b.example.com'],
  })
})

test('what comes out is frozen to the leaves', () => {
  const environment = parseEnvironment(schema, VALID)
  expect(Object.isFrozen(environment)).toBe(true)
  expect(Object.isFrozen(environment.ORIGINS)).toBe(true)
})

test.for([
  ['PORT', '80.5'],
  ['PORT', '0x50'],
  ['PORT', ' 80'],
  ['PORT', '70000'],
  ['PORT', ''],
  ['STORE_URL', 'not a place'],
  ['VERBOSE', 'yes'],
  ['SHARE_RATIO', 'half'],
  ['SHARE_RATIO', '2'],
  ['MODE', 'quick'],
])('%s = "%s" is refused by name, without the value', ([name, value]) => {
  const read = () => parseEnvironment(schema, { ...VALID, [name ?? '']: value })
  expect(read).toThrow(
    expect.objectContaining({
      code: 'SERVICE_ENVIRONMENT_INVALID',
      details: { faults: [expect.objectContaining({ field: name })] },
    }),
  )
})

test('every fault is reported at once', () => {
  expect(() => parseEnvironment(schema, { STORE_URL: 'x', MODE: 'quick' })).toThrow(
    'The environment has 3 faults: PORT is missing; STORE_URL must be a url; MODE must be "fast" or "safe". Set what is named here and start the service again.',
  )
})

test('any integer that a text can hold is read back as itself', () => {
  const integer = Type.Object({ COUNT: Type.Integer() })
  fc.assert(
    fc.property(fc.integer(), (count) => {
      expect(parseEnvironment(integer, { COUNT: String(count) })).toEqual({ COUNT: count })
    }),
  )
})

test('no value ever shows in an error', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 6 }), (secret) => {
      fc.pre(!/^[\s\w]*$/.test(secret))
      try {
        parseEnvironment(Type.Object({ COUNT: Type.Integer() }), { COUNT: secret })
      } catch (error) {
        expect(JSON.stringify({ error, message: error instanceof Error && error.message })).not.toContain(secret)
        return
      }
      expect.unreachable('it is no integer')
    }),
  )
})
