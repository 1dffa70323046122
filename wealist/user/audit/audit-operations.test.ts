import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type Person, type UserWorld } from '../testing.ts'

let world: UserWorld
let owner: Person
beforeAll(async () => {
  world = await openUserWorld()
  owner = await world.signUp({ name: 'Owner' })
})
afterAll(() => world[Symbol.asyncDispose]())

test('admins read who did what, the newest first, page by page', async () => {
  const id = await world.makeWorkspace(owner)
  const admin = await world.join(owner, id, 'admin')
  const invited = await world.ask(`POST /api/users/workspaces/${id}/invitations`, owner, {
    body: { role: 'guest', email: 'invited@example.com' },
  })
  await world.ask(`DELETE /api/users/workspaces/${id}/invitations/${invited.text('id')}`, owner)
  await world.ask(`PATCH /api/users/workspaces/${id}`, admin, { body: { name: 'Quay' } })
  await world.ask(`PATCH /api/users/workspaces/${id}/members/${admin.userId}`, owner, { body: { role: 'member' } })
  await world.ask(`POST /api/users/workspaces/${id}/ownership`, owner, { body: { userId: admin.userId } })
  await world.ask(`POST /api/users/workspaces/${id}/leave`, owner)

  const entries: Record<string, unknown>[] = []
  for (let query = '?limit=3'; query !== ''; ) {
    const page = await world.ask(`GET /api/users/workspaces/${id}/audit${query}`, admin)
    expect(page.status).toBe(200)
    entries.push(...Object(page.body).entries)
    query = page.body.before === null ? '' : `?limit=3&before=${page.text('before')}`
  }
  expect(entries.map(({ action }) => action)).toEqual([
    'member-left',
    'ownership-transferred',
    'role-changed',
    'workspace-renamed',
    'invitation-revoked',
    'invitation-created',
    'member-joined',
    'invitation-created',
    'workspace-created',
  ])
  expect(entries[2]).toMatchObject({
    actor: { name: 'Owner' },
    user: { userId: admin.userId },
    details: { from: 'admin', to: 'member' },
  })
  expect(entries[3]?.details).toEqual({ from: 'Harbour', to: 'Quay' })
  expect(entries[5]?.invitation).toMatchObject({ email: 'invited@example.com' })
})

test('members and guests do not read it, and what is refused is not in it', async () => {
  const id = await world.makeWorkspace(owner)
  const member = await world.join(owner, id)
  expect((await world.ask(`GET /api/users/workspaces/${id}/audit`, member)).status).toBe(403)
  await world.ask(`PATCH /api/users/workspaces/${id}/members/${owner.userId}`, member, { body: { role: 'guest' } })
  const { body } = await world.ask(`GET /api/users/workspaces/${id}/audit`, owner)
  expect(Object(body).entries).toHaveLength(3)
})

test.for(['0', '-1', 'x', '1e3', '99999999999999999999'])('the cursor %s is refused at its field', async (before) => {
  const id = await world.makeWorkspace(owner)
  const refused = await world.ask(`GET /api/users/workspaces/${id}/audit?before=${before}`, owner)
  expect(refused).toMatchObject({ status: 400, body: { details: { faults: [{ field: 'before' }] } } })
})
