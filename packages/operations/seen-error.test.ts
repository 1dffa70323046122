import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistry, type TestRegistry } from '@portolan/registry/testing'
import { afterAll, expect, test } from 'vitest'
import { type Caller, ownerOf } from './caller.ts'
import { LocalDoor } from './local-door.ts'
import type { InputOf, OperationName } from './operations.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const SECRET = { project: 'acme', environment: 'production', kind: 'secretkind', purpose: 'launch' } as const
const MINE = { project: 'web', environment: 'production' } as const
const SCOPED: Caller = { name: 'web-ci', role: 'allocate', projects: ['web', 'web-*'] }
const BANDS = [
  { environment: 'production', kind: 'app', ports: '4000-4001' },
  { environment: 'production', kind: 'secretkind', ports: '4000-4003' },
]

function as(world: TestRegistry, caller: Caller) {
  const door = new LocalDoor({ registry: world.registry, caller })
  return <Name extends OperationName>(name: Name, input: InputOf<Name>) =>
    door.call(name, input, { signal: AbortSignal.timeout(20_000) })
}

/** Two who hold what the third one may not know of. */
async function openWorld() {
  const world = await openTestRegistry(server)
  const owner = as(world, ownerOf('ops'))
  await owner('band_declare', { bands: BANDS })
  const labels = { note: 'launch on monday' }
  const foreign = await owner('port_register', { ...SECRET, ports: '4000-4001', labels, leaseMs: 1 })
  return { ...world, owner, foreign, scoped: as(world, SCOPED) }
}

async function refusalOf(asked: Promise<unknown>) {
  const error = await asked.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (!(error instanceof Error) || !('details' in error)) throw new Error('It was not refused.')
  return { error, text: JSON.stringify([error.message, error.details]) }
}

test.for([
  [
    'REGISTRY_CLAIM_OVERLAPS',
    'port_register',
    { ...MINE, blue: 4000 },
    { holder: { project: 'acme', ports: '4000-4001' } },
  ],
  ['REGISTRY_BAND_FULL', 'port_allocate', MINE, { holders: [{ project: 'acme', holder: 'acme', ports: '4000-4001' }] }],
] as const)('%s says whom somebody is in the way of, and not for what', async ([code, name, input, details]) => {
  await using world = await openWorld()
  const { error, text } = await refusalOf(world.scoped(name, input))
  expect(error).toMatchObject({ code, status: 409, details, message: expect.stringContaining('acme') })
  expect(text).toContain(`"claimId":${world.foreign.claim.id}`)
  expect(text).not.toMatch(/secretkind|launch|lease over/)
  const told = await refusalOf(world.owner(name, input))
  expect(told.text).toMatch(/secretkind.*launch/)
})

test("another's claim is refused by its number, and not for what it is", async () => {
  await using world = await openWorld()
  const claimId = world.foreign.claim.id
  for (const asked of [
    world.scoped('port_release', { claimId }),
    world.scoped('port_take_over', { claimId, project: 'web' }),
  ]) {
    const { error, text } = await refusalOf(asked)
    expect(error).toMatchObject({ code: 'REGISTRY_NOT_OWNER', details: { project: 'acme', claimId } })
    expect(text).not.toMatch(/production|secretkind|launch/)
  }
})

test('what is in the own way is told in full', async () => {
  await using world = await openWorld()
  await world.owner('port_release', { claimId: world.foreign.claim.id })
  const quarantined = await refusalOf(world.scoped('port_register', { ...MINE, blue: 4000 }))
  expect(quarantined.error).toMatchObject({ code: 'REGISTRY_PORTS_QUARANTINED' })
  await world.owner('port_register', { ...SECRET, project: 'web-2', ports: '4002-4003' })
  const { error } = await refusalOf(world.scoped('port_register', { ...MINE, kind: 'secretkind', blue: 4002 }))
  expect(error).toMatchObject({ details: { holder: { project: 'web-2', purpose: 'launch' } } })
})

test.for([
  { environment: 'production' },
  { kind: 'secretkind' },
  { purpose: 'launch' },
  { labels: { note: 'launch on monday' } },
  { state: 'any' },
  { environment: 'production', project: 'acme' },
] as const)("what a key may not see of others' claims it cannot find out by the filter %j", async (filter) => {
  await using world = await openWorld()
  const later = { ...SECRET, project: 'acme-2', ports: '4002-4003', leaseMs: 1, labels: { note: 'launch on monday' } }
  await world.owner('port_register', later)
  const listed = await world.scoped('port_list', { ...filter, limit: 1 })
  expect(listed).toEqual({ success: true, claims: [], others: [] })
  expect((await world.owner('port_list', { ...filter, limit: 1 })).claims).toHaveLength(1)
  expect((await world.scoped('port_list', { port: 4000, host: 'seoul-1' })).others).toMatchObject([{ project: 'acme' }])
})

test('the end of a page tells nothing of others, and own claims are found', async () => {
  await using world = await openWorld()
  await world.owner('port_register', { ...SECRET, project: 'acme-2', ports: '4002-4003' })
  const asked = { environment: 'production', limit: 1 } as const
  expect(await world.scoped('slot_list', asked)).toEqual({ success: true, slots: [] })
  expect(await world.owner('slot_list', asked)).toHaveProperty('next')
  await world.owner('port_release', { claimId: world.foreign.claim.id })
  await world.owner('port_register', { ...SECRET, project: 'web-2', ports: '4100-4101', evenIfOutOfBand: true })
  expect(await world.scoped('port_list', { kind: 'secretkind' })).toMatchObject({
    claims: [{ project: 'web-2' }],
    others: [],
  })
})
