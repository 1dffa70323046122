import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Claim } from './claim.ts'
import { openRegistry } from './open-registry.ts'
import type { Registry } from './registry.ts'
import { openTestRegistry, type TestRegistry } from './testing.ts'

const server = await openTestPostgres()
const world: TestRegistry = await openTestRegistry(server)
const { registry } = world
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

function waiting(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) }
}

const WISH = { host: 'seoul-1', environment: 'production', kind: 'app', project: 'worb' } as const
const held: { claim: Claim | undefined } = { claim: undefined }
const claimId = () => held.claim?.id ?? 0
const token = () => held.claim?.token ?? 0

beforeAll(async () => {
  held.claim = (await registry.allocate(WISH, waiting())).claim
  await registry.allocate({ ...WISH, purpose: 'single', shape: 'single' }, waiting())
})

const pair = (first: number, last = first + 1) => ({ ...WISH, purpose: 'other', range: { first, last } })
const deploy = { type: 'deploy', version: '1' } as const

type Attempt = (registry: Registry) => Promise<unknown>

const REFUSALS: readonly (readonly [string, string, Attempt])[] = [
  ['REGISTRY_HOST_MISSING', 'an unknown host', (r) => r.allocate({ ...WISH, host: 'nowhere' }, waiting())],
  ['REGISTRY_HOST_MISSING', 'the removal of an unknown host', (r) => r.removeHost({ host: 'nowhere' }, waiting())],
  ['REGISTRY_BAND_MISSING', 'an unknown kind', (r) => r.allocate({ ...WISH, kind: 'mongo' }, waiting())],
  [
    'REGISTRY_BAND_MISSING',
    'a claim in an unknown environment',
    (r) => r.claim({ ...pair(4100), environment: 'moon' }, waiting()),
  ],
  ['REGISTRY_PORT_OUT_OF_BAND', 'ports outside the band', (r) => r.claim(pair(3000), waiting())],
  ['REGISTRY_PAIR_INVALID', 'an odd blue', (r) => r.claim({ ...pair(4101), shape: 'pair' }, waiting())],
  ['REGISTRY_PAIR_INVALID', 'a pair of three', (r) => r.claim({ ...pair(4100, 4102), shape: 'pair' }, waiting())],
  ['REGISTRY_CLAIM_OVERLAPS', "another's ports", (r) => r.claim({ ...pair(4000), project: 'thief' }, waiting())],
  [
    'REGISTRY_CLAIM_EXISTS',
    'other ports for a need that has some',
    (r) => r.claim({ ...pair(4100), purpose: 'main' }, waiting()),
  ],
  [
    'REGISTRY_CLAIM_MISSING',
    'a claim that never was',
    (r) => r.release({ claimId: 999_999, project: 'worb' }, waiting()),
  ],
  ['REGISTRY_NOT_OWNER', "another's claim", (r) => r.takeOver({ claimId: claimId(), project: 'thief' }, waiting())],
  [
    'REGISTRY_LEASE_MISSING',
    'a renewal without a lease',
    (r) => r.renew({ claimId: claimId(), project: 'worb', leaseMs: 1 }, waiting()),
  ],
  [
    'REGISTRY_SLOT_REFUSED',
    'a promotion of nothing',
    (r) =>
      r.changeSlots(
        { claimId: claimId(), project: 'worb', token: token(), event: { type: 'promote', graceMs: 1 } },
        waiting(),
      ),
  ],
  [
    'REGISTRY_SLOTS_MISSING',
    'slots of a single port',
    async (r) => {
      const { claim } = await r.allocate({ ...WISH, purpose: 'single', shape: 'single' }, waiting())
      return r.changeSlots({ claimId: claim.id, project: 'worb', token: claim.token, event: deploy }, waiting())
    },
  ],
  ['REGISTRY_BANDS_INVALID', 'a band twice', (r) => r.declareBands({ bands: [BAND, BAND] }, waiting())],
  ['REGISTRY_REQUEST_INVALID', 'an empty plan', (r) => r.apply({ steps: [] }, waiting())],
  ['REGISTRY_REQUEST_INVALID', 'a page of nothing', (r) => r.listClaims({}, { ...waiting(), limit: 0 })],
  [
    'REGISTRY_REQUEST_INVALID',
    'half a port',
    (r) => r.check({ host: 'seoul-1', range: { first: 1.5, last: 2 } }, waiting()),
  ],
]

const BAND = { environment: 'a', kind: 'b', range: { first: 1, last: 2 } }

test.for(REFUSALS)('%s: %s', async ([code, , attempt]) => {
  const before = await registry.listEvents({}, waiting())
  const error: unknown = await attempt(registry).then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect(error).toMatchObject({ code, message: expect.stringMatching(/^.{20,}[.]$/s) })
  // Nothing half-done: the history has not moved.
  expect(await registry.listEvents({}, waiting())).toEqual(before)
})

test('all faults of a request come at once, by field', async () => {
  const request = { ...WISH, project: 'Wörb!', purpose: '', leaseMs: -1, labels: { a: 'x\0' }, shape: { portCount: 0 } }
  const error: unknown = await registry.allocate(request, waiting()).catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code: 'REGISTRY_REQUEST_INVALID', status: 400 })
  const fields = ['project', 'purpose', 'labels.a', 'shape.portCount', 'leaseMs']
  expect(error).toMatchObject({ details: { faults: fields.map((field) => expect.objectContaining({ field })) } })
})

test.for([
  { purpose: 'sql', text: "o'brien; drop table registry_claims --" },
  { purpose: 'json', text: '"\\"{}' },
  { purpose: 'korean', text: '포트 🚢' },
])('labels and words are kept as they are: $text', async ({ purpose, text }) => {
  const words = { labels: { [text]: text }, actor: text, reason: text }
  const { claim } = await registry.allocate({ ...WISH, purpose, ...words }, waiting())
  expect(await registry.findClaim(claim.id, waiting())).toMatchObject({ labels: { [text]: text }, createdBy: text })
  expect((await registry.listClaims({ labels: { [text]: text } }, waiting())).claims).toEqual([claim])
})

test('a database that cannot be reached is said as that', async () => {
  const databaseUrl = 'postgres://nobody:secret@127.0.0.1:1/none'
  const error: unknown = await openRegistry({ databaseUrl }, waiting()).catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code: 'REGISTRY_STORE_UNAVAILABLE', status: 503 })
  expect(String(error)).not.toContain('secret')
})
