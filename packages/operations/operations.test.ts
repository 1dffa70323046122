import { isAppError } from '@portolan/errors'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistry } from '@portolan/registry/testing'
import { afterAll, expect, test } from 'vitest'
import type { Caller } from './caller.ts'
import { LocalDoor } from './local-door.ts'
import {
  getOperation,
  type InputOf,
  listOperations,
  OPERATION_NAMES,
  type OperationName,
  pathOf,
} from './operations.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const OWNER: Caller = { name: 'ops', role: 'admin', projects: ['*'] }
const NEED = { project: 'worb', environment: 'production' } as const

async function openWorld(caller = OWNER) {
  const test = await openTestRegistry(server)
  const door = new LocalDoor({ registry: test.registry, caller, now: () => test.clock.now })
  const call = <Name extends OperationName>(name: Name, input: InputOf<Name>) =>
    door.call(name, input, { signal: AbortSignal.timeout(20_000) })
  return { ...test, door, call }
}

test('every operation has words, a path, and inputs that refuse what they do not know', () => {
  expect(OPERATION_NAMES.map(pathOf)).toContain('/api/port/take-over')
  for (const { name, title, summary, input, role, effect } of listOperations()) {
    expect(name).toMatch(/^(port|slot|host|band|key)_[a-z_]+$/)
    expect([title, summary]).toEqual([expect.stringMatching(/^[A-Z].*[^.]$/), expect.stringMatching(/^[A-Z].*\.$/)])
    expect(input).toMatchObject({ type: 'object', additionalProperties: false })
    for (const field of Object.values(input.properties)) expect(field).toHaveProperty('description')
    if (effect !== 'reads') expect(role).not.toBe('read')
    expect(() => getOperation(name).parseInput({ surely: 'not' })).toThrow(
      expect.objectContaining({ code: 'REGISTRY_REQUEST_INVALID' }),
    )
  }
})

test('a project and an environment are enough', async () => {
  await using world = await openWorld()
  const allocated = await world.call('port_allocate', NEED)
  expect(allocated).toMatchObject({
    success: true,
    blue: 4000,
    green: 4001,
    port: 4000,
    ports: '4000-4001',
    host: 'seoul-1',
    isNew: true,
    claim: { kind: 'app', purpose: 'main', transport: 'tcp', state: 'held', createdBy: 'ops', token: allocated.token },
  })
  expect(await world.call('port_get', NEED)).toEqual({ ...allocated, isNew: false })
  expect(await world.call('port_allocate', NEED)).toEqual({ ...allocated, isNew: false })
})

test('other shapes have a first port and no colours', async () => {
  await using world = await openWorld()
  const single = await world.call('port_allocate', { ...NEED, shape: 'single' })
  expect(single).toMatchObject({ port: 4000, ports: '4000', claim: { shape: 'single' } })
  expect(single).not.toHaveProperty('blue')
  expect(single.claim).not.toHaveProperty('slots')
  const range = await world.call('port_allocate', { ...NEED, purpose: 'media', portCount: 10, transport: 'udp' })
  expect(range).toMatchObject({ ports: '4000-4009', claim: { shape: 'range', transport: 'udp' } })
  const wrong = { ...NEED, purpose: 'x', shape: 'pair', portCount: 3 } as const
  await expect(world.call('port_allocate', wrong)).rejects.toMatchObject({ code: 'REGISTRY_REQUEST_INVALID' })
})

test('what was passed over is told with its reason', async () => {
  await using world = await openWorld()
  await world.call('port_register', { ...NEED, project: 'w-homepage', blue: 4000 })
  expect(await world.call('port_allocate', { ...NEED, explain: true })).toMatchObject({
    blue: 4002,
    skips: [{ ports: '4000-4001', candidateCount: 1, reason: 'claimed', because: ['w-homepage (claim 1)'] }],
  })
})

test('exactly these ports are registered, by their first and last or by blue', async () => {
  await using world = await openWorld()
  expect(await world.call('port_register', { ...NEED, ports: '4100-4101' })).toMatchObject({ blue: 4100, isNew: true })
  expect(await world.call('port_register', { ...NEED, blue: 4100, green: 4101 })).toMatchObject({ isNew: false })
  const old = { ...NEED, project: 'old', kind: 'legacy', ports: '8088', evenIfOutOfBand: true }
  expect(await world.call('port_register', old)).toMatchObject({ port: 8088 })
})

test('a claim is named by its number or by who holds it, and given back twice without a fault', async () => {
  await using world = await openWorld()
  const { claim } = await world.call('port_allocate', { ...NEED, leaseMs: 60_000 })
  expect(await world.call('port_renew', { ...NEED, leaseMs: 120_000 })).toMatchObject({
    claim: { state: 'leased', leaseUntil: '2026-03-02T09:02:00.000Z' },
  })
  const taken = await world.call('port_take_over', { claimId: claim.id })
  expect(taken.token).toBeGreaterThan(claim.token)
  expect(await world.call('port_release', NEED)).toMatchObject({ wasReleased: true, claim: { state: 'released' } })
  expect(await world.call('port_release', NEED)).toMatchObject({ wasReleased: false, claim: { id: claim.id } })
  expect(await world.call('port_release', { claimId: claim.id })).toMatchObject({ wasReleased: false })
  await expect(world.call('port_release', { ...NEED, project: 'nobody' })).rejects.toMatchObject({
    code: 'REGISTRY_PROJECT_MISSING',
  })
})

test('of the claims of one need that were released, the last one is meant', async () => {
  await using world = await openWorld()
  await world.call('port_allocate', NEED)
  await world.call('port_release', NEED)
  const second = await world.call('port_allocate', NEED)
  await world.call('port_release', NEED)
  expect((await world.call('port_release', NEED)).claim.id).toBe(second.claim.id)
})

test('the slots go their way, fenced where a token is shown', async () => {
  await using world = await openWorld()
  const { token } = await world.call('port_allocate', NEED)
  const deployed = await world.call('slot_deploy', { ...NEED, token, version: '1.0.0', actor: 'hanna' })
  expect(deployed).toMatchObject({
    blue: { state: 'deployed', port: 4000, version: '1.0.0', deployedBy: 'hanna (ops)' },
    green: { state: 'empty', port: 4001 },
  })
  expect(deployed).not.toHaveProperty('active')
  expect(await world.call('slot_promote', { ...NEED, token })).toMatchObject({ active: 'blue' })
  await world.call('port_take_over', NEED)
  await expect(world.call('slot_deploy', { ...NEED, token, version: '2' })).rejects.toMatchObject({
    code: 'REGISTRY_TOKEN_STALE',
  })
  expect(await world.call('slot_deploy', { ...NEED, version: '2' })).toMatchObject({ green: { state: 'deployed' } })
  await expect(world.call('slot_clear', { ...NEED, half: 'blue' })).rejects.toMatchObject({
    code: 'REGISTRY_SLOT_REFUSED',
  })
  await expect(world.call('port_release', NEED)).rejects.toMatchObject({ code: 'REGISTRY_CLAIM_IN_USE' })
  expect(await world.call('port_release', { ...NEED, evenIfInUse: true })).toMatchObject({ wasReleased: true })
})

test('claims come in pages', async () => {
  await using world = await openWorld()
  for (const project of ['a', 'b', 'c']) await world.call('port_allocate', { ...NEED, project })
  const first = await world.call('port_list', { limit: 2 })
  expect([first.claims.map(({ project }) => project), first.next]).toEqual([['a', 'b'], expect.any(Number)])
  const rest = await world.call('port_list', { limit: 2, after: first.next ?? 0 })
  expect(rest.claims.map(({ project }) => project)).toEqual(['c'])
  expect(rest).not.toHaveProperty('next')
  expect((await world.call('port_list', { port: 4003 })).claims).toMatchObject([{ project: 'b' }])
})

test('hosts and bands are declared, and a host goes when it holds nothing', async () => {
  await using world = await openWorld()
  await world.call('host_declare', { name: 'busan-1', addresses: ['198.51.100.1'], ephemeralRange: 'none' })
  const { hosts } = await world.call('host_list', {})
  expect(hosts).toMatchObject([
    { name: 'busan-1', observers: [] },
    { name: 'seoul-1', ephemeralRange: '32768-60999' },
  ])
  expect(hosts[0]).not.toHaveProperty('ephemeralRange')
  await world.call('host_remove', { host: 'busan-1' })
  const bands = [{ environment: 'production', kind: 'app', ports: '7000-7001' }]
  await world.call('band_declare', { bands })
  expect((await world.call('band_list', {})).bands).toEqual(bands)
  expect(await world.call('port_allocate', NEED)).toMatchObject({ blue: 7000 })
})

test('a host has to be named where there are several, and declared where there is none', async () => {
  await using world = await openWorld()
  await world.call('host_declare', { name: 'busan-1' })
  await expect(world.call('port_allocate', NEED)).rejects.toMatchObject({
    code: 'REGISTRY_REQUEST_INVALID',
    message: expect.stringContaining('"host" has to be one of busan-1, seoul-1'),
  })
  await world.call('host_remove', { host: 'busan-1' })
  await world.call('host_remove', { host: 'seoul-1' })
  await expect(world.call('port_allocate', NEED)).rejects.toMatchObject({
    message: expect.stringContaining('none yet'),
  })
})

test('what concerns everybody takes a caller who is good for all projects', async () => {
  await using world = await openWorld({ name: 'half-admin', role: 'admin', projects: ['worb'] })
  await expect(world.call('host_declare', { name: 'x' })).rejects.toMatchObject({ code: 'OPERATIONS_PROJECT_REFUSED' })
  expect(await world.call('port_allocate', NEED)).toMatchObject({ success: true })
})

test('keys are refused where none are kept', async () => {
  await using world = await openWorld()
  await expect(world.call('key_list', {})).rejects.toMatchObject({ code: 'OPERATIONS_KEYS_UNAVAILABLE', status: 501 })
})

test('as many ports as an answer can tell of are checked at once', async () => {
  await using world = await openWorld()
  expect((await world.call('port_check', { ports: '32768-33767' })).obstacles).toHaveLength(1_000)
  await expect(world.call('port_check', { ports: '1-65535' })).rejects.toMatchObject({
    code: 'REGISTRY_REQUEST_INVALID',
    message: expect.stringContaining('"ports" has to be at most 1000 ports'),
  })
})

test('what is much too much is refused at once, with some of its faults', () => {
  const operation = getOperation('port_allocate')
  const many = Object.fromEntries(Array.from({ length: 300_000 }, (_, index) => [`field-${index}`, 1]))
  const nine = Object.fromEntries(Object.entries(many).slice(0, 9))
  const faultsOf = (input: unknown) => {
    try {
      operation.parseInput(input)
    } catch (error) {
      if (isAppError(error) && Array.isArray(error.details.faults)) return error.details.faults
    }
    return []
  }
  const inputs = [
    { ...NEED, ...many },
    { ...NEED, labels: many },
  ]
  const beganAtMs = performance.now()
  const [unknown, labels] = inputs.map(faultsOf)
  expect(performance.now() - beganAtMs).toBeLessThan(1_000)
  expect(unknown).toHaveLength(20)
  expect(labels).toMatchObject([{ field: 'labels', expected: 'at most 64' }])
  expect(faultsOf({ ...NEED, ...nine })).toHaveLength(9)
  expect(faultsOf({ prot: 1, project: 7 })).toMatchObject([
    { field: 'prot', expected: 'left out: it is not known here' },
    { field: 'environment' },
    { field: 'project' },
  ])
})
