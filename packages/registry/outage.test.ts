import { openPool } from '@portolan/postgres'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { expect, test } from 'vitest'
import { findHost, lockHost } from './host-repository.ts'
import { openRegistry } from './open-registry.ts'
import type { RegistrySchema } from './registry-schema.ts'

const WISH = { host: 'seoul-1', environment: 'production', kind: 'app' } as const

function waiting(ms = 20_000): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(ms) }
}

test('after a crash of the server what was answered is there, and work goes on', async () => {
  await using server = await openTestPostgres()
  const { url: databaseUrl } = await openTestDatabase(server)
  await using registry = await openRegistry({ databaseUrl }, waiting())
  await registry.declareHost({ name: 'seoul-1' }, waiting())
  const { claim } = await registry.allocate({ ...WISH, project: 'worb' }, waiting())
  await server.stop('SIGKILL')
  const ask = (project: string) => registry.allocate({ ...WISH, project }, waiting()).catch((error: unknown) => error)
  // A backend may outlive its postmaster by a moment, and then it answers.
  expect(await ask('vsvs-kr')).toEqual(
    expect.toBeOneOf([
      expect.objectContaining({ isNew: true }),
      expect.objectContaining({ code: expect.stringMatching(/^REGISTRY_(STORE_UNAVAILABLE|OUTCOME_UNKNOWN)$/) }),
    ]),
  )
  await server.start()
  await expect.poll(() => ask('worb')).toEqual({ isNew: false, claim })
  await expect.poll(() => ask('vsvs-kr')).toMatchObject({ claim: { range: { first: 4002 } } })
})

test('a process that goes silent while it holds a host loses it, and the others go on', async () => {
  await using server = await openTestPostgres()
  const { url: databaseUrl } = await openTestDatabase(server)
  await using registry = await openRegistry({ databaseUrl }, waiting())
  await registry.declareHost({ name: 'seoul-1' }, waiting())
  await using pool = await openPool<RegistrySchema>(databaseUrl, { sizeLimit: 1 }, waiting())
  const isHeld = Promise.withResolvers<void>()
  const others = isHeld.promise.then(() => registry.allocate({ ...WISH, project: 'worb' }, waiting()))
  const silent = pool.db.transaction().execute(async (tx) => {
    await lockHost(tx, 'seoul-1', { idleLimitMs: 100 })
    isHeld.resolve()
    await others
    await findHost(tx, 'seoul-1')
  })
  await expect(silent).rejects.toThrow(/idle-in-transaction|terminated|not queryable/)
  expect((await others).isNew).toBe(true)
})

test('closing answers what was asked, refuses what comes after, and leaves no connection', async () => {
  await using server = await openTestPostgres()
  const { url: databaseUrl } = await openTestDatabase(server)
  const registry = await openRegistry({ databaseUrl }, waiting())
  await registry.declareHost({ name: 'seoul-1' }, waiting())
  const asked = Array.from({ length: 20 }, (_, index) =>
    registry.allocate({ ...WISH, project: `p-${index}` }, waiting()),
  )
  await Promise.resolve() // each has to get past its checks
  const closing = registry.close(waiting())
  expect(registry.close(waiting())).toBe(closing)
  await closing
  const outcomes = await Promise.allSettled(asked)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'REGISTRY_CLOSED' })
  }
  await expect(registry.allocate({ ...WISH, project: 'late' }, waiting())).rejects.toMatchObject({
    code: 'REGISTRY_CLOSED',
  })
  await expect(registry.listHosts(waiting())).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' })
})

test('whoever stops waiting is told at once, and what had not begun never begins', async () => {
  await using server = await openTestPostgres()
  const { url: databaseUrl } = await openTestDatabase(server)
  await using registry = await openRegistry({ databaseUrl }, waiting())
  await registry.declareHost({ name: 'seoul-1' }, waiting())
  const leaving = new AbortController()
  const asked = registry.allocate({ ...WISH, project: 'worb' }, { signal: leaving.signal })
  leaving.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
  expect((await registry.listClaims({}, waiting())).claims).toEqual([])
})

test('destroying cuts the work off', async () => {
  await using server = await openTestPostgres()
  const { url: databaseUrl } = await openTestDatabase(server)
  const registry = await openRegistry({ databaseUrl }, waiting())
  await registry.declareHost({ name: 'seoul-1' }, waiting())
  const asked = registry.allocate({ ...WISH, project: 'worb' }, waiting()).catch((error: unknown) => error)
  await registry.destroy(new Error('power cut'))
  expect(await asked).toBeInstanceOf(Error)
  await registry.close(waiting())
})
