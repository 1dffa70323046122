import { isAppError } from '@portolan/errors'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistry } from '@portolan/registry/testing'
import fc from 'fast-check'
import { afterAll, test } from 'vitest'
import { ownerOf } from './caller.ts'
import { LocalDoor } from './local-door.ts'
import { getOperation, OPERATION_NAMES } from './operations.ts'

const server = await openTestPostgres()
const world = await openTestRegistry(server)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const door = new LocalDoor({ registry: world.registry, caller: ownerOf('ops') })

const VALID: Readonly<Record<string, readonly unknown[]>> = {
  project: ['worb', 'vsvs-kr'],
  environment: ['production'],
  kind: ['app'],
  purpose: ['main', 'admin'],
  transport: ['tcp', 'udp'],
  host: ['seoul-1'],
  name: ['seoul-1'],
  ports: ['4100-4101', '4000'],
  shape: ['pair', 'single'],
  half: ['blue', 'green'],
  labels: [{ team: 'a' }],
  version: ['1.0.0'],
  ephemeralRange: ['none'],
  state: ['any'],
  bands: [[{ environment: 'production', kind: 'app', ports: '4000-4499' }]],
  addresses: [['192.0.2.1']],
}
const TEXTS = ['', ' ', 'x\0y', '\ud800', "'; drop table registry_claims; --", '%', '\\', '${x}', '__proto__', '\u202e']
const LONG = 'a'.repeat(10_000)
const NUMBERS = [1, 2, 0, 4100, 4101, 65_535, 65_536, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e300, -1, 1.5, 5e-324]
const OTHERS = [true, false, null, [], {}, { 'a\0': '\0' }, { a: '\ud800' }, JSON.parse('{"__proto__": "x"}')]

/** Mostly what is right, so that the wrong rest is reached. */
function anyOf(field: string): fc.Arbitrary<unknown> {
  const valid = VALID[field] ?? [...NUMBERS.slice(0, 6), 'text', true]
  return fc.oneof(
    { arbitrary: fc.constantFrom(...valid), weight: 12 },
    { arbitrary: fc.oneof(fc.constantFrom(...TEXTS, LONG), fc.string({ unit: 'binary', maxLength: 20 })), weight: 2 },
    { arbitrary: fc.constantFrom<unknown>(...NUMBERS), weight: 1 },
    { arbitrary: fc.constantFrom<unknown>(...OTHERS), weight: 1 },
  )
}

test.for(OPERATION_NAMES.filter((name) => !name.startsWith('key_')))(
  '%s answers or refuses whatever it is asked, and never fails',
  async (name) => {
    const { input: schema, refusals } = getOperation(name)
    const { properties, required } = schema
    const fields = Object.fromEntries(Object.keys(properties).map((field) => [field, anyOf(field)]))
    const anyInput = fc.record(fields, { requiredKeys: [...(required ?? [])] })
    await fc.assert(
      fc.asyncProperty(anyInput, async (input) => {
        try {
          await door.perform(name, input, { signal: AbortSignal.timeout(20_000) })
        } catch (error) {
          const isTold = isAppError(error) && (error.status < 500 || refusals.includes(error.code))
          if (!isTold) throw error
        }
      }),
      { numRuns: 200 },
    )
  },
)
