import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type Person, type UserWorld } from '../testing.ts'

let world: UserWorld
let owner: Person
let id: string
beforeAll(async () => {
  world = await openUserWorld()
  owner = await world.signUp({ name: '김소유' })
  id = await world.makeWorkspace(owner)
})
afterAll(() => world[Symbol.asyncDispose]())

const memberCall = (method: string, { userId }: Pick<Person, 'userId'>) =>
  `${method} /api/users/workspaces/${id}/members/${userId}`

test('members see each other; addresses are for admins', async () => {
  const guest = await world.join(owner, id, 'guest')
  const seen = await world.ask(`GET /api/users/workspaces/${id}/members`, guest)
  const members = (answer: typeof seen) =>
    new Map(Object(answer.body).members.map((each: Person) => [each.userId, each]))
  expect(members(seen).get(owner.userId)).toMatchObject({ name: '김소유', role: 'owner', email: null, avatarUrl: null })
  const all = await world.ask(`GET /api/users/workspaces/${id}/members`, owner)
  expect(members(all).get(guest.userId)).toMatchObject({ role: 'guest', email: guest.email })
})

test('nobody gets a role that is not theirs to take', async () => {
  const admin = await world.join(owner, id, 'admin')
  const admin2 = await world.join(owner, id, 'admin')
  const member = await world.join(owner, id)
  const guest = await world.join(owner, id, 'guest')
  const attempts: readonly (readonly [Person, Person, string, number])[] = [
    [guest, guest, 'member', 403],
    [guest, member, 'guest', 403],
    [member, member, 'admin', 403],
    [member, guest, 'member', 403],
    [admin, member, 'admin', 403],
    [admin, admin2, 'member', 403],
    [admin, owner, 'member', 403],
    [owner, owner, 'admin', 409],
  ]
  for (const [actor, target, role, status] of attempts) {
    const answer = await world.ask(memberCall('PATCH', target), actor, { body: { role } })
    expect({ role, status: answer.status }).toEqual({ role, status })
  }
  for (const actor of [guest, member, admin, owner]) {
    const answer = await world.ask(memberCall('PATCH', member), actor, { body: { role: 'owner' } })
    expect(answer).toMatchObject({ status: 400, body: { details: { faults: [{ field: 'role' }] } } })
  }
  const invited = await world.ask(`POST /api/users/workspaces/${id}/invitations`, admin, { body: { role: 'admin' } })
  expect(invited).toMatchObject({ status: 403, body: { code: 'USER_NOT_ALLOWED' } })
  const roles = await Promise.all([owner, admin, admin2, member, guest].map((person) => world.roleOf(id, person)))
  expect(roles).toEqual(['owner', 'admin', 'admin', 'member', 'guest'])
})

test('an admin changes those below, and steps down', async () => {
  const admin = await world.join(owner, id, 'admin')
  const member = await world.join(owner, id)
  expect((await world.ask(memberCall('PATCH', member), admin, { body: { role: 'guest' } })).status).toBe(204)
  expect(await world.roleOf(id, member)).toBe('guest')
  expect((await world.ask(memberCall('PATCH', admin), admin, { body: { role: 'member' } })).status).toBe(204)
  const again = await world.ask(memberCall('PATCH', admin), admin, { body: { role: 'admin' } })
  expect(again).toMatchObject({ status: 403, body: { code: 'USER_NOT_ALLOWED' } })
})

test('who is removed is out at once, and old links do not let them in again', async () => {
  const admin = await world.join(owner, id, 'admin')
  const member = await world.join(owner, id)
  const link = await world.makeLink(owner, id)
  const ownLink = await world.makeLink(admin, id)
  expect((await world.ask(memberCall('DELETE', owner), admin)).body.code).toBe('USER_NOT_ALLOWED')
  expect((await world.ask(memberCall('DELETE', admin), member)).body.code).toBe('USER_NOT_ALLOWED')
  expect((await world.ask(memberCall('DELETE', member), admin)).status).toBe(204)
  expect((await world.ask(`GET /api/users/workspaces/${id}`, member)).status).toBe(404)
  const back = await world.ask(`POST /api/users/invitations/${link}/accept`, member)
  expect(back).toMatchObject({ status: 403, body: { code: 'USER_INVITATION_AFTER_REMOVAL' } })

  expect((await world.ask(memberCall('DELETE', admin), owner)).status).toBe(204)
  const stale = await world.ask(`POST /api/users/invitations/${ownLink}/accept`, await world.signUp())
  expect(stale).toMatchObject({ status: 410, body: { code: 'USER_INVITATION_REVOKED' } })
  world.identity.clock.pass(1)
  const fresh = await world.makeLink(owner, id)
  expect((await world.ask(`POST /api/users/invitations/${fresh}/accept`, member)).status).toBe(200)
})

test('members leave, the owner does not', async () => {
  const member = await world.join(owner, id)
  expect((await world.ask(`POST /api/users/workspaces/${id}/leave`, member)).status).toBe(204)
  expect(await world.roleOf(id, member)).toBeUndefined()
  const stays = await world.ask(`POST /api/users/workspaces/${id}/leave`, owner)
  expect(stays).toMatchObject({ status: 409, body: { code: 'USER_OWNER_STAYS' } })
})

test('other services ask for roles with a service token, and get a 404 of this service for who is no member', async () => {
  const call = `GET /internal/workspaces/${id}/members/${owner.userId}`
  expect((await world.ask(call, owner)).status).toBe(401)
  const foreign = { bearer: { authorization: `Bearer ${await world.identity.serviceToken('board', 'auth')}` } }
  expect((await world.ask(call, foreign)).body.code).toBe('IDENTITY_SERVICE_TOKEN_INVALID')
  const board = { bearer: { authorization: `Bearer ${await world.identity.serviceToken('board', 'user')}` } }
  expect(await world.ask(call, board)).toMatchObject({ status: 200, body: { role: 'owner' } })
  for (const userId of [randomUUID(), 'not-a-uuid', `${owner.userId}'--`]) {
    const path = `/internal/workspaces/${id}/members/${encodeURIComponent(userId)}`
    expect(await world.ask(`GET ${path}`, board)).toMatchObject({ status: 404, body: { code: 'USER_MEMBER_UNKNOWN' } })
  }
})
