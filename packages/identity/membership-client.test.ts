import { errorCode } from '@portolan/errors'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { openMembershipClient } from './membership-client.ts'
import { openTestIdentity, TestBus, type TestIdentity } from './testing.ts'

const waiting = { signal: new AbortController().signal }
const PATH = 'GET /internal/workspaces/w1/members/mina'

const roleIn = (world: TestIdentity) =>
  world.identity.roles.findRole('w1', 'mina', waiting).then((role) => role ?? 'none', errorCode)
const askedCount = (world: TestIdentity) => world.asked.filter((line) => line === PATH).length

test('a role is asked once in five seconds, also by many at once', async () => {
  await using world = await openTestIdentity()
  await world.setRole('w1', 'mina', 'member')
  expect(await Promise.all([roleIn(world), roleIn(world), roleIn(world)])).toEqual(['member', 'member', 'member'])
  expect(await roleIn(world)).toBe('member')
  expect(askedCount(world)).toBe(1)
  world.clock.pass(5_000)
  expect(await roleIn(world)).toBe('member')
  expect(askedCount(world)).toBe(2)
})

test('who is not in the workspace has no role, and that is kept too', async () => {
  await using world = await openTestIdentity()
  expect([await roleIn(world), await roleIn(world)]).toEqual(['none', 'none'])
  expect(askedCount(world)).toBe(1)
})

test('a removal bites at once', async () => {
  await using world = await openTestIdentity()
  await world.setRole('w1', 'mina', 'admin')
  expect(await roleIn(world)).toBe('admin')
  await world.setRole('w1', 'mina', null)
  expect(await roleIn(world)).toBe('none')
})

test('a message that is not understood drops everything', async () => {
  await using world = await openTestIdentity()
  await world.setRole('w1', 'mina', 'admin')
  expect(await roleIn(world)).toBe('admin')
  await world.bus.publish('membership', { type: 'workspace-gone', workspaceId: 'w1' })
  expect(await roleIn(world)).toBe('admin')
  expect(askedCount(world)).toBe(2)
})

test('an answer that was under way when the role changed is not kept', async () => {
  const asked = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const answers = [{ role: 'admin' }, { role: 'guest' }]
  const app = Fastify()
  app.get('/internal/workspaces/w1/members/mina', async () => {
    const answer = answers.shift()
    asked.resolve()
    await held.promise
    return answer
  })
  await using releasers = new AsyncDisposableStack()
  releasers.defer(() => app.close())
  const userUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  const bus = new TestBus()
  const client = releasers.use(await openMembershipClient({ userUrl, bus, serviceToken: async () => 'token' }, waiting))
  const before = client.findRole('w1', 'mina', waiting)
  await asked.promise
  await bus.publish('membership', { type: 'membership-changed', workspaceId: 'w1', userId: 'mina', role: 'guest' })
  const after = client.findRole('w1', 'mina', waiting)
  held.resolve()
  expect([await before, await after, await client.findRole('w1', 'mina', waiting)]).toEqual(['admin', 'guest', 'guest'])
})

test('while the bus is disconnected nothing is kept, and nothing of before a gap is trusted after it', async () => {
  await using world = await openTestIdentity()
  await world.setRole('w1', 'mina', 'admin')
  expect(await roleIn(world)).toBe('admin')
  world.bus.disconnect()
  await world.setRole('w1', 'mina', 'guest') // nobody hears of it
  expect(await roleIn(world)).toBe('guest')
  await world.setRole('w1', 'mina', 'member')
  expect(await roleIn(world)).toBe('member')
  await world.setRole('w1', 'mina', null)
  await world.bus.reconnect()
  expect(await roleIn(world)).toBe('none')
})

test('a user service that fails is neither a role nor the lack of one, and recovers', async () => {
  await using world = await openTestIdentity()
  await world.setRole('w1', 'mina', 'owner')
  world.isUserBroken = true
  expect(await roleIn(world)).toBe('IDENTITY_MEMBERSHIP_UNKNOWN')
  world.isUserBroken = false
  expect(await roleIn(world)).toBe('owner')
})

test.for<[name: string, status: number, body: string]>([
  ['the 404 of something else', 404, '<h1>Not found</h1>'],
  ['the 404 of a service without such a route', 404, '{"code":"SERVICE_ROUTE_UNKNOWN"}'],
  ['a role that does not exist', 200, '{"role":"superuser"}'],
  ['no role at all', 200, '{}'],
  ['a list', 200, '["owner"]'],
  ['a refusal', 401, '{"code":"IDENTITY_SERVICE_TOKEN_INVALID"}'],
  ['a redirect', 302, '{"role":"owner"}'],
])('%s is no answer', async ([, status, body]) => {
  await using releasers = new AsyncDisposableStack()
  const app = Fastify()
  releasers.defer(() => app.close())
  app.setNotFoundHandler((_request, reply) => reply.code(status).header('location', '/elsewhere').send(body))
  const userUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  const client = releasers.use(
    await openMembershipClient({ userUrl, bus: new TestBus(), serviceToken: async () => 't' }, waiting),
  )
  expect(await client.findRole('w1', 'mina', waiting).then(() => 'answered', errorCode)).toBe(
    'IDENTITY_MEMBERSHIP_UNKNOWN',
  )
})

test('a user service that is not there is the same failure', async () => {
  await using world = await openTestIdentity()
  await using client = await openMembershipClient(
    { userUrl: 'http://127.0.0.1:9', bus: world.bus, serviceToken: async () => 't' },
    waiting,
  )
  expect(await client.findRole('w1', 'mina', waiting).then(() => 'answered', errorCode)).toBe(
    'IDENTITY_MEMBERSHIP_UNKNOWN',
  )
})

test.for(['..', '.', '', 'w1/members/mina?', 'w1%2f..', 'a b', 'x'.repeat(65)])(
  'the id "%s" asks for nothing',
  async (workspaceId) => {
    await using world = await openTestIdentity()
    const before = world.asked.length
    expect(await world.identity.roles.findRole(workspaceId, 'mina', waiting)).toBeUndefined()
    expect(await world.identity.roles.findRole('w1', workspaceId, waiting)).toBeUndefined()
    expect(world.asked).toHaveLength(before)
  },
)

test('a redirect is not followed: it would carry the service token along', async () => {
  await using releasers = new AsyncDisposableStack()
  const app = Fastify()
  releasers.defer(() => app.close())
  const seen: (string | undefined)[] = []
  app.get('/internal/workspaces/w1/members/mina', (_request, reply) => reply.redirect('/elsewhere'))
  app.get('/elsewhere', ({ headers }) => {
    seen.push(headers.authorization)
    return { role: 'owner' }
  })
  const userUrl = await app.listen({ host: '127.0.0.1', port: 0 })
  const options = { userUrl, bus: new TestBus(), serviceToken: async () => 't' }
  const client = releasers.use(await openMembershipClient(options, waiting))
  expect(await client.findRole('w1', 'mina', waiting).then(() => 'answered', errorCode)).toBe(
    'IDENTITY_MEMBERSHIP_UNKNOWN',
  )
  expect(seen).toEqual([])
})
