import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openTestRegistry, type TestRegistry } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const WISH = { host: 'seoul-1', environment: 'production', kind: 'app', project: 'worb' } as const

function waiting(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(20_000) }
}

function allocate({ registry }: TestRegistry, purpose: string, more: object = {}) {
  return registry.allocate({ ...WISH, purpose, ...more }, waiting())
}

test('a project has no more claims on a host than one may have, and others and other hosts go on', async () => {
  await using world = await openTestRegistry(server, { claimsPerProject: 2 })
  const { claim } = await allocate(world, 'a')
  await allocate(world, 'b')
  await expect(allocate(world, 'c')).rejects.toMatchObject({
    code: 'REGISTRY_QUOTA_REACHED',
    status: 409,
    message: expect.stringContaining('"worb" has 2 claims on host "seoul-1"'),
    details: { project: 'worb', host: 'seoul-1', limit: 2 },
  })
  const exact = { ...WISH, purpose: 'd', range: { first: 4100, last: 4101 } }
  await expect(world.registry.claim(exact, waiting())).rejects.toMatchObject({ code: 'REGISTRY_QUOTA_REACHED' })
  expect((await allocate(world, 'a')).isNew).toBe(false)
  expect((await allocate(world, 'c', { project: 'web' })).isNew).toBe(true)
  await world.registry.declareHost({ name: 'busan-1' }, waiting())
  expect((await allocate(world, 'c', { host: 'busan-1' })).isNew).toBe(true)
  await world.registry.takeOver({ claimId: claim.id, project: 'worb' }, waiting())
  await world.registry.release({ claimId: claim.id, project: 'worb' }, waiting())
  expect((await allocate(world, 'c')).isNew).toBe(true)
  await expect(allocate(world, 'd')).rejects.toMatchObject({ code: 'REGISTRY_QUOTA_REACHED' })
})

test('many who ask at once get as many as there may be', async () => {
  await using world = await openTestRegistry(server, { claimsPerProject: 5 })
  const purposes = Array.from({ length: 30 }, (_, index) => `p-${index}`)
  const asked = await Promise.allSettled(purposes.map((purpose) => allocate(world, purpose)))
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  expect((await world.registry.listClaims({}, waiting())).claims).toHaveLength(5)
})

test('a plan is not held to it, and counts', async () => {
  await using world = await openTestRegistry(server, { claimsPerProject: 1 })
  const steps = ['a', 'b'].map((purpose) => ({ type: 'allocate', request: { ...WISH, purpose } }) as const)
  expect((await world.registry.apply({ steps }, waiting())).steps).toHaveLength(2)
  await expect(allocate(world, 'c')).rejects.toMatchObject({ code: 'REGISTRY_QUOTA_REACHED' })
})

test('claims are listed by patterns of projects, whose signs stand for themselves but the star', async () => {
  await using world = await openTestRegistry(server)
  for (const project of ['worb', 'web-shop', 'web_shop', 'webxshop']) await allocate(world, 'main', { project })
  const listed = async (...projectPatterns: string[]) =>
    (await world.registry.listClaims({ projectPatterns }, waiting())).claims.map(({ project }) => project)
  expect(await listed('web_shop')).toEqual(['web_shop'])
  expect(await listed('web-*', 'worb')).toEqual(['worb', 'web-shop'])
  expect(await listed('*shop')).toEqual(['web-shop', 'web_shop', 'webxshop'])
  expect(await listed('w%', '\\', '')).toEqual([])
  expect(await listed()).toEqual([])
})
