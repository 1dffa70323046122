import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type UserWorld } from '../testing.ts'

let world: UserWorld
beforeAll(async () => {
  world = await openUserWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const remove = 'DELETE /api/users/me'

test('a person gets all that is known of them', async () => {
  const kim = await world.signUp({ name: 'Kim', email: 'kim@example.com' })
  const id = await world.makeWorkspace(kim, 'Kims')
  await world.makeLink(kim, id, { role: 'guest' })
  const { body, headers } = await world.ask('GET /api/users/me/export', kim)
  expect(headers.get('content-disposition')).toContain('wealist-account.json')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(body).toMatchObject({
    format: 'wealist-account',
    version: 1,
    account: { id: kim.userId, email: 'kim@example.com', emailVerified: true },
    profile: { name: 'Kim' },
    workspaces: [{ id, name: 'Kims', role: 'owner' }],
    invitations: [{ workspaceId: id, role: 'guest' }],
    activity: [{ action: 'workspace-created' }, { action: 'invitation-created' }],
  })
})

test('an account is not removed without a confirmation, nor while others need it', async () => {
  const owner = await world.signUp()
  const shared = await world.makeWorkspace(owner, 'Shared')
  await world.join(owner, shared)
  const wrong = await world.ask(remove, owner, { body: { password: 'wrong' } })
  expect(wrong).toMatchObject({ status: 400, body: { details: { faults: [{ field: 'password' }] } } })
  const without = await world.ask(remove, owner, { body: {} })
  expect(without).toMatchObject({ status: 400, body: { code: 'USER_CONFIRMATION_WRONG' } })
  const wrongCode = await world.ask(remove, owner, { body: { code: '000000' } })
  expect(wrongCode).toMatchObject({ status: 400, body: { details: { faults: [{ field: 'code' }] } } })
  const hasty = await world.ask(remove, owner, { body: { password: 'slow down' } })
  expect(hasty).toMatchObject({ status: 429, body: { code: 'USER_TOO_MANY_REQUESTS' } })
  expect(hasty.headers.get('retry-after')).toBe('7')
  const owned = await world.ask(remove, owner, { body: { password: 'right' } })
  expect(owned).toMatchObject({
    status: 409,
    body: { code: 'USER_OWNS_WORKSPACES', details: { workspaces: [{ id: shared, name: 'Shared' }] } },
  })
  expect(world.auth.accountsById.has(owner.userId)).toBe(true)
  expect(await world.roleOf(shared, owner)).toBe('owner')
})

test('with an account goes all that it was, and others see only that somebody has left', async () => {
  const owner = await world.signUp()
  const shared = await world.makeWorkspace(owner)
  const lee = await world.join(owner, shared)
  const alone = await world.makeWorkspace(lee, 'Alone')
  await using page = await world.listen(lee)
  const removed = await world.ask(remove, lee, { body: { password: 'right' } })
  expect(removed).toMatchObject({ status: 200, body: { format: 'wealist-account', account: { email: lee.email } } })
  expect(removed.body.workspaces).toHaveLength(2)
  await expect.poll(() => page.named('membership-changed')).toHaveLength(2)
  expect(world.auth.accountsById.has(lee.userId)).toBe(false)
  expect([await world.roleOf(shared, lee), await world.roleOf(alone, lee)]).toEqual([undefined, undefined])
  const again = await world.ask('GET /api/users/me', lee)
  expect(again).toMatchObject({ status: 404, body: { code: 'USER_ACCOUNT_UNKNOWN' } })
  const { body } = await world.ask(`GET /api/users/workspaces/${shared}/audit`, owner)
  expect(Object(body).entries[0]).toMatchObject({
    action: 'member-left',
    actor: { userId: lee.userId, name: null },
    user: { userId: lee.userId, name: null },
  })
})

test('an account that auth cannot remove yet is gone here all the same, and does not come back', async () => {
  const kim = await world.signUp()
  await world.ask('GET /api/users/me', kim)
  world.auth.isRemovalBroken = true
  expect((await world.ask(remove, kim, { body: { code: '123456' } })).status).toBe(200)
  expect(world.auth.accountsById.has(kim.userId)).toBe(true)
  expect((await world.ask('GET /api/users/me', kim)).body.code).toBe('USER_ACCOUNT_UNKNOWN')
  expect((await world.ask('POST /api/users/workspaces', kim, { body: { name: 'Ghost' } })).status).toBe(404)
  world.auth.isRemovalBroken = false
  await expect.poll(() => world.auth.accountsById.has(kim.userId)).toBe(false)
})
