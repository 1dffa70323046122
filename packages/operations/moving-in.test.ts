import type { Observer, Sighting } from '@portolan/observe'
import { type PortFile, readPortFiles, writePortFile } from '@portolan/port-files'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistry } from '@portolan/registry/testing'
import { afterAll, expect, test } from 'vitest'
import { ownerOf } from './caller.ts'
import { fileClaimsOf } from './export-operation.ts'
import { entryInputs } from './import-fields.ts'
import { LocalDoor } from './local-door.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const waiting = () => ({ signal: AbortSignal.timeout(20_000) })
const now = new Date('2026-03-02T09:00:00Z')

function container(port: number, name: string, labels: Readonly<Record<string, string>> = {}): Sighting {
  const place = { transport: 'tcp', family: 'ipv4', address: '0.0.0.0', port } as const
  return { ...place, container: { id: name.padEnd(64, '0'), name, labels, image: `${name}:1.2.0` } }
}

/** What is open on the host is what stands in the list, which a test may change. */
async function openWorld(sightings: Sighting[]) {
  const observer: Observer = { name: 'engine', listOpenPorts: async () => [...sightings], now: () => now }
  await using releasers = new AsyncDisposableStack()
  const observersOf = () => [observer]
  const { registry } = releasers.use(await openTestRegistry(server, { observersOf, viewMaxAgeMs: 0 }))
  const door = new LocalDoor({ registry, caller: ownerOf('test'), observersOf, now: () => now })
  const owned = releasers.move()
  return { door, registry, sightings, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const FILES: readonly PortFile[] = [
  { file: 'vsvs-kr/.codeb/ports.json', text: '{ "production": { "blue": 4100, "green": 4101 } }' },
  {
    file: 'vsvs-kr/.github/workflows/deploy.yml',
    text: 'env: { BLUE_PORT: 4100, GREEN_PORT: 4101 }\njobs: {}\n',
  },
]
const RULES = [
  { container: '*-docker-blue', project: '$1', environment: 'production' },
  { container: '*-docker', project: '$1', environment: 'production' },
]
const SEED = () => [container(4100, 'worb-docker-blue'), container(4101, 'w-homepage-docker')]
const question = { entries: entryInputs(readPortFiles(FILES).entries), rules: RULES }

test("the seed's data: shown as a plan, applied by its hash, read back from every file", async () => {
  await using world = await openWorld(SEED())
  const shown = await world.door.call('port_import', question, waiting())
  expect(shown.needs.map(({ project, ports, outcome }) => `${project} ${ports} ${outcome}`)).toEqual([
    'worb 4100-4101 kept',
    'w-homepage 4102-4103 moved',
    'vsvs-kr 4104-4105 moved',
  ])
  expect([shown.isApplied, shown.collisions.map(({ port }) => port), shown.claims]).toEqual([false, [4100, 4101], []])
  expect((await world.registry.listClaims({}, waiting())).claims).toEqual([])

  const applied = await world.door.call('port_import', { ...question, planHash: shown.hash }, waiting())
  expect([applied.isApplied, applied.claims.map(({ ports }) => ports)]).toEqual([
    true,
    ['4100-4101', '4102-4103', '4104-4105'],
  ])
  const worb = await world.door.call('port_get', { project: 'worb', environment: 'production' }, waiting())
  expect(worb.claim.slots).toMatchObject({ blue: { state: 'active', version: 'worb-docker-blue:1.2.0' } })

  const again = await world.door.call('port_import', { ...question, planHash: shown.hash }, waiting())
  expect([again.isApplied, again.claims]).toEqual([true, []])

  const exported = await world.door.call('port_export', {}, waiting())
  const claims = fileClaimsOf(exported.claims)
  const after = FILES.map((file) => writePortFile(file, { claims, now }).text)
  expect(after[1]).toBe('env: { BLUE_PORT: 4104, GREEN_PORT: 4105 }\njobs: {}\n')
  const central = exported.files.find(({ format }) => format === 'central-ports')?.text ?? ''
  expect(JSON.parse(central)).toMatchObject({
    projects: {
      worb: { production: { blue: 4100, green: 4101 } },
      'w-homepage': { production: { blue: 4102, green: 4103 } },
      'vsvs-kr': { production: { blue: 4104, green: 4105 } },
    },
    allocated: [4100, 4101, 4102, 4103, 4104, 4105],
  })
})

test('a plan that is not the one that was shown is refused, and nothing is done', async () => {
  await using world = await openWorld(SEED())
  const { hash } = await world.door.call('port_import', question, waiting())
  world.sightings.push(container(4102, 'monitoring'))
  const late = world.door.call('port_import', { ...question, planHash: hash }, waiting())
  await expect(late).rejects.toMatchObject({ code: 'OPERATIONS_PLAN_CHANGED' })
  expect((await world.registry.listClaims({}, waiting())).claims).toEqual([])
  const { needs } = await world.door.call('port_import', question, waiting())
  expect(needs.map(({ ports }) => ports)).toEqual(['4100-4101', '4104-4105', '4106-4107'])
})

test('what is written into slots is a part of the plan that was shown', async () => {
  await using world = await openWorld(SEED())
  const { hash } = await world.door.call('port_import', question, waiting())
  const newer = { id: 'b'.repeat(64), name: 'worb-docker-blue', labels: {}, image: 'worb-docker-blue:9.9.9' }
  world.sightings.splice(0, 1, { ...container(4100, 'worb-docker-blue'), container: newer })
  const changed = await world.door.call('port_import', question, waiting())
  expect(changed.hash).not.toBe(hash)
  const late = world.door.call('port_import', { ...question, planHash: hash }, waiting())
  await expect(late).rejects.toMatchObject({ code: 'OPERATIONS_PLAN_CHANGED' })
})

test('what the registry would not allocate is no place to move to', async () => {
  await using world = await openWorld([])
  const draft = { host: 'seoul-1', environment: 'production', kind: 'app', project: 'other' } as const
  const { claim } = await world.registry.claim({ ...draft, range: { first: 4102, last: 4103 } }, waiting())
  await world.registry.release({ claimId: claim.id, project: 'other' }, waiting()) // quarantined from now on
  const files = [{ file: 'ports.json', text: JSON.stringify({ projects: twins() }) }]
  const { needs } = await world.door.call(
    'port_import',
    { entries: entryInputs(readPortFiles(files).entries) },
    waiting(),
  )
  expect(needs.map(({ ports }) => ports)).toEqual(['4100-4101', '4104-4105'])
})

function twins() {
  const production = { blue: 4100, green: 4101 }
  return { a: { production }, b: { production } }
}

test('sync tells what differs, and adopts what runs without ever freeing', async () => {
  await using world = await openWorld(SEED())
  const told = await world.door.call('port_sync', { rules: RULES }, waiting())
  expect(told.findings.map(({ code, ports }) => `${code} ${ports}`)).toEqual([
    'RECONCILE_PORT_UNCLAIMED 4100',
    'RECONCILE_PORT_UNCLAIMED 4101',
  ])
  expect(told.adopted).toEqual([])
  const done = await world.door.call('port_sync', { rules: RULES, adopt: true }, waiting())
  expect(done.adopted.map(({ project, ports }) => `${project} ${ports}`)).toEqual(['worb 4100-4101'])
  expect(done.left.map(({ project }) => project)).toEqual(['w-homepage'])
  expect(done.slots).toMatchObject([{ half: 'blue', isActive: true }])
  expect(done.findings.map(({ code, ports }) => `${code} ${ports}`)).toEqual(['RECONCILE_HELD_BY_ANOTHER 4101'])
  world.sightings.length = 0
  const after = await world.door.call('port_sync', { adopt: true }, waiting())
  expect(after.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['RECONCILE_CLAIM_CLOSED warning'])
  expect((await world.registry.listClaims({}, waiting())).claims).toHaveLength(1)
})

function labelled(token: string): Sighting {
  const labels = {
    'portolan.project': 'worb',
    'portolan.environment': 'production',
    'portolan.slot': 'green',
    'portolan.claim': '7',
    'portolan.token': token,
    'portolan.version': '2.0.0',
  }
  return container(4101, 'worb', labels)
}

test('a registry that was lost is built again from labels, with tokens above the old ones', async () => {
  await using world = await openWorld([labelled('123')])
  const { adopted, floor, slots, findings } = await world.door.call('port_sync', { rebuild: true }, waiting())
  expect(adopted).toMatchObject([{ project: 'worb', ports: '4100-4101', labels: { 'portolan.claim': '7' } }])
  expect(adopted[0]?.token).toBeGreaterThan(floor?.token ?? Number.POSITIVE_INFINITY)
  expect(slots).toEqual([{ claimId: adopted[0]?.id, half: 'green', version: '2.0.0', isActive: true }])
  expect(findings).toEqual([])
})

test('the host that is rebuilt first gets tokens above those that any other host shows', async () => {
  await using world = await openWorld([labelled('123')])
  const { registry } = world
  await registry.declareHost({ name: 'seoul-2' }, waiting())
  const observersOf = ({ name }: { readonly name: string }) => {
    const sightings = [labelled(name === 'seoul-1' ? '123' : '1000000005')]
    return [{ name: 'engine', listOpenPorts: async () => sightings, now: () => now }]
  }
  const door = new LocalDoor({ registry, caller: ownerOf('test'), observersOf })
  const { adopted } = await door.call('port_sync', { host: 'seoul-1', rebuild: true }, waiting())
  expect(adopted[0]?.token).toBeGreaterThan(2_000_000_000)
})

test('a host whose observer is silent is neither adopted nor planned for, unless told otherwise', async () => {
  await using world = await openWorld([])
  const silent: Observer = {
    name: 'engine',
    listOpenPorts: () => Promise.reject(new Error('no answer')),
    now: () => now,
  }
  const { registry } = world
  const door = new LocalDoor({ registry, caller: ownerOf('test'), observersOf: () => [silent] })
  const code = 'RECONCILE_HOST_SILENT'
  await expect(door.call('port_sync', { adopt: true }, waiting())).rejects.toMatchObject({ code })
  await expect(door.call('port_import', question, waiting())).rejects.toMatchObject({ code })
  const told = await door.call('port_sync', {}, waiting())
  expect([told.isKnown, told.findings.map((finding) => finding.code)]).toEqual([false, ['RECONCILE_HOST_UNKNOWN']])
  const trusting = await door.call('port_import', { ...question, evenIfUnknown: true }, waiting())
  expect(trusting.needs.map(({ ports }) => ports)).toEqual(['4100-4101'])
})

test('who is not good for all projects exports his own alone', async () => {
  await using world = await openWorld([])
  const { registry } = world
  const draft = { host: 'seoul-1', environment: 'production', kind: 'app' } as const
  for (const project of ['worb', 'vsvs-kr']) await registry.allocate({ ...draft, project }, waiting())
  const caller = { name: 'ci', role: 'read', projects: ['worb'] } as const
  const door = new LocalDoor({ registry, caller })
  await expect(door.call('port_export', {}, waiting())).rejects.toMatchObject({ code: 'OPERATIONS_PROJECT_REFUSED' })
  const { files, claims } = await door.call('port_export', { project: 'worb' }, waiting())
  expect([files.map(({ file }) => file), claims.length]).toEqual([
    ['worb/.codeb/ports.json', 'slots/worb-production.json'],
    1,
  ])
})
