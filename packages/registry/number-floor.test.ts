import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openTestRegistry } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const waiting = () => ({ signal: AbortSignal.timeout(20_000) })
const WISH = { host: 'seoul-1', environment: 'production', kind: 'app' } as const

test('after numbers were raised every token and claim is above them, and nothing lowers them again', async () => {
  await using world = await openTestRegistry(server)
  const { registry } = world
  const { claim: before } = await registry.allocate({ ...WISH, project: 'worb' }, waiting())
  expect(await registry.raiseNumbers({ token: 1_000, claimId: 50, reason: 'rebuilt' }, waiting())).toEqual({
    token: 1_000,
    claimId: 50,
  })
  const { claim } = await registry.allocate({ ...WISH, project: 'w-homepage' }, waiting())
  expect([claim.token > 1_000, claim.id > 50]).toEqual([true, true])
  const taken = await registry.takeOver({ claimId: before.id, project: 'worb' }, waiting())
  expect(taken.token).toBeGreaterThan(claim.token)
  expect(await registry.raiseNumbers({ token: 3, claimId: 3 }, waiting())).toMatchObject({ claimId: claim.id })
  const { claim: later } = await registry.allocate({ ...WISH, project: 'vsvs-kr' }, waiting())
  expect([later.token > taken.token, later.id > claim.id]).toEqual([true, true])
})

test('raising numbers while many allocate gives no token twice, and none below the floor afterwards', async () => {
  await using world = await openTestRegistry(server)
  const { registry } = world
  const allocate = (index: number) => registry.allocate({ ...WISH, project: `p${index}` }, waiting())
  const first = Promise.all(Array.from({ length: 40 }, (_, index) => allocate(index)))
  const raised = await registry.raiseNumbers({ token: 5_000, claimId: 5_000 }, waiting())
  const claims = [...(await first), ...(await Promise.all([allocate(100), allocate(101)]))].map(({ claim }) => claim)
  expect(new Set(claims.map(({ token }) => token)).size).toBe(42)
  expect(claims.slice(-2).every(({ token }) => token > raised.token)).toBe(true)
})
