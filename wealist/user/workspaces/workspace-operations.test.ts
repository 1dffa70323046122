import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type Person, type UserWorld } from '../testing.ts'

let world: UserWorld
let owner: Person
let workspaceId: string
beforeAll(async () => {
  world = await openUserWorld()
  owner = await world.signUp({ name: 'Owner' })
  workspaceId = await world.makeWorkspace(owner)
})
afterAll(() => world[Symbol.asyncDispose]())

test('who makes a workspace owns it', async () => {
  const kim = await world.signUp()
  const made = await world.ask('POST /api/users/workspaces', kim, { body: { name: '  항구   팀 ' } })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ name: '항구 팀', role: 'owner', memberCount: 1 })
  const { body } = await world.ask('GET /api/users/workspaces', kim)
  expect(body).toEqual({ workspaces: [made.body] })
  expect(await world.ask(`GET /api/users/workspaces/${made.text('id')}`, kim)).toMatchObject({ body: made.body })
})

test('an admin renames a workspace, a member does not', async () => {
  const admin = await world.join(owner, workspaceId, 'admin')
  const member = await world.join(owner, workspaceId)
  const call = `PATCH /api/users/workspaces/${workspaceId}`
  expect(await world.ask(call, admin, { body: { name: 'Quay' } })).toMatchObject({
    status: 200,
    body: { name: 'Quay' },
  })
  const refused = await world.ask(call, member, { body: { name: 'Mine' } })
  expect(refused).toMatchObject({ status: 403, body: { code: 'IDENTITY_ROLE_TOO_LOW' } })
})

test.for([
  ['', 'name'],
  ['   ', 'name'],
  ['x'.repeat(81), 'name'],
  ['a\u0000b', 'name'],
  ['a\nb', 'name'],
  ['safe\u202egnp.exe', 'name'],
  [7, 'name'],
  [undefined, 'name'],
] as const)('the name %j is refused at its field', async ([name, field]) => {
  const { status, headers, body } = await world.ask('POST /api/users/workspaces', owner, { body: { name } })
  expect(status).toBe(400)
  expect(headers.get('content-type')).toContain('application/problem+json')
  expect(body.details).toMatchObject({ faults: [{ field }] })
})

test('a property that is not known is refused, not ignored', async () => {
  const body = { name: 'Dock', role: 'owner', id: randomUUID() }
  const refused = await world.ask('POST /api/users/workspaces', owner, { body })
  expect(refused.body.details).toMatchObject({ faults: [{ field: 'role' }, { field: 'id' }] })
})

const BODIES: Readonly<Record<string, object>> = {
  changeWorkspace: { name: 'Theirs' },
  transferOwnership: { userId: randomUUID() },
  changeMember: { role: 'admin' },
  createInvitation: { role: 'member' },
}

interface Operation {
  readonly method: string
  readonly path: string
  readonly operationId: string
}

/** Every operation that is described, so that a new one cannot be forgotten here. */
async function operations(): Promise<readonly Operation[]> {
  const { body } = await world.ask('GET /api/users/openapi.json')
  return Object.entries(Object(body.paths)).flatMap(([path, methods]) =>
    Object.entries(Object(methods)).map(([method, operation]) => {
      return { method: method.toUpperCase(), path, operationId: String(Object(operation).operationId) }
    }),
  )
}

function call({ method, path }: Operation, ids: Readonly<Record<string, string>>): string {
  return `${method} ${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? randomUUID())}`
}

test('every route of a workspace is a 404 for the members of another one', async () => {
  const stranger = await world.signUp()
  const ownId = await world.makeWorkspace(stranger, 'Elsewhere')
  const made = await world.ask(`POST /api/users/workspaces/${workspaceId}/invitations`, owner, {
    body: { role: 'member' },
  })
  const ids = { workspaceId, userId: owner.userId, invitationId: made.text('id') }
  const before = await world.ask(`GET /api/users/workspaces/${workspaceId}`, owner)

  const inWorkspace = (await operations()).filter(({ path }) => path.includes('{workspaceId}'))
  expect(inWorkspace.length).toBeGreaterThanOrEqual(11)
  for (const operation of inWorkspace) {
    const asking = operation.operationId in BODIES ? { body: BODIES[operation.operationId] } : {}
    const name = call(operation, ids)
    expect({ name, ...(await world.ask(name, stranger, asking)) }).toMatchObject({
      name,
      status: 404,
      body: { code: 'IDENTITY_WORKSPACE_UNKNOWN' },
    })
    // Their own workspace with our people and invitations in the path.
    if (!/\{(userId|invitationId)\}/.test(operation.path)) continue
    const mixed = call(operation, { ...ids, workspaceId: ownId })
    expect({ mixed, status: (await world.ask(mixed, stranger, asking)).status }).toEqual({ mixed, status: 404 })
  }
  expect((await world.ask(`GET /api/users/events?workspaceId=${workspaceId}`, stranger)).status).toBe(404)
  const { body: own } = await world.ask(`POST /api/users/workspaces/${ownId}/ownership`, stranger, {
    body: { userId: owner.userId },
  })
  expect(own.code).toBe('USER_MEMBER_UNKNOWN')
  expect((await world.ask(`GET /api/users/workspaces/${workspaceId}`, owner)).body).toEqual(before.body)
})

test('every route is closed to who is not signed in, but what invitations are for and the description', async () => {
  const open: string[] = []
  for (const operation of await operations()) {
    const asking = operation.operationId in BODIES ? { body: BODIES[operation.operationId] } : {}
    const { status } = await world.ask(call(operation, { workspaceId }), undefined, asking)
    if (status !== 401) open.push(operation.operationId)
  }
  expect(open).toEqual(['getUserDescription', 'previewInvitation'])
})

test('a personal access token does no more than its scopes, and never what only a person may', async () => {
  const token = (scopes: readonly ('read' | 'write' | 'admin')[]) => ({
    bearer: { authorization: `Bearer ${world.identity.addPersonalToken({ userId: owner.userId, scopes })}` },
  })
  const rename = `PATCH /api/users/workspaces/${workspaceId}`
  expect((await world.ask('GET /api/users/workspaces', token(['read']))).status).toBe(200)
  const refused = await world.ask(rename, token(['read', 'write']), { body: { name: 'Scripted' } })
  expect(refused).toMatchObject({ status: 403, body: { code: 'IDENTITY_SCOPE_MISSING' } })
  expect((await world.ask(rename, token(['admin']), { body: { name: 'Scripted' } })).status).toBe(200)
  for (const name of [
    `DELETE /api/users/workspaces/${workspaceId}`,
    'GET /api/users/me/export',
    'DELETE /api/users/me',
  ]) {
    expect((await world.ask(name, token(['read', 'write', 'admin']))).body.code).toBe('IDENTITY_SESSION_REQUIRED')
  }
})

test('a change by cookie needs our own origin', async () => {
  const headers = { cookie: owner.cookie.cookie, origin: 'https://evil.example.com' }
  const asking = { body: { name: 'Forged' }, headers }
  const forged = await world.ask(`PATCH /api/users/workspaces/${workspaceId}`, undefined, asking)
  expect(forged).toMatchObject({ status: 403, body: { code: 'IDENTITY_ORIGIN_REFUSED' } })
  const stream = await world.ask('GET /api/users/events', undefined, { headers })
  expect(stream).toMatchObject({ status: 403, body: { code: 'IDENTITY_ORIGIN_REFUSED' } })
})

test('ownership is handed over, and the former owner is an admin', async () => {
  const id = await world.makeWorkspace(owner)
  const heir = await world.join(owner, id)
  const guest = await world.join(owner, id, 'guest')
  const hand = `POST /api/users/workspaces/${id}/ownership`
  const toGuest = await world.ask(hand, owner, { body: { userId: guest.userId } })
  expect(toGuest).toMatchObject({ status: 400, body: { details: { faults: [{ field: 'userId', rule: 'guest' }] } } })
  expect((await world.ask(hand, heir, { body: { userId: heir.userId } })).status).toBe(403)
  expect(await world.ask(hand, owner, { body: { userId: heir.userId } })).toMatchObject({ body: { role: 'admin' } })
  expect([await world.roleOf(id, owner), await world.roleOf(id, heir)]).toEqual(['admin', 'owner'])
})

test('of many transfers, removals and departures at once, exactly one owner is left', async () => {
  const id = await world.makeWorkspace(owner)
  const people = [await world.join(owner, id), await world.join(owner, id, 'admin'), await world.join(owner, id)]
  const everybody = [owner, ...people]
  for (let round = 0; round < 4; round += 1) {
    const asked = everybody.flatMap((actor) => [
      ...people.map(({ userId }) =>
        world.ask(`POST /api/users/workspaces/${id}/ownership`, actor, { body: { userId } }),
      ),
      world.ask(`PATCH /api/users/workspaces/${id}/members/${actor.userId}`, actor, { body: { role: 'member' } }),
    ])
    const answers = await Promise.all([
      ...asked,
      world.ask(`DELETE /api/users/workspaces/${id}/members/${people[round % 3]?.userId}`, owner),
      world.ask(`POST /api/users/workspaces/${id}/leave`, owner),
    ])
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    const roles = await Promise.all(everybody.map((person) => world.roleOf(id, person)))
    expect(roles.filter((role) => role === 'owner')).toHaveLength(1)
  }
})

test('with a workspace go its members, invitations and audit log', async () => {
  const id = await world.makeWorkspace(owner)
  const member = await world.join(owner, id)
  const token = await world.makeLink(owner, id)
  expect((await world.ask(`DELETE /api/users/workspaces/${id}`, member)).status).toBe(403)
  expect((await world.ask(`DELETE /api/users/workspaces/${id}`, owner)).status).toBe(204)
  expect(await world.roleOf(id, owner)).toBeUndefined()
  expect((await world.ask(`GET /api/users/workspaces/${id}`, member)).status).toBe(404)
  expect((await world.ask(`GET /api/users/invitations/${token}`)).body.code).toBe('USER_INVITATION_UNKNOWN')
})
