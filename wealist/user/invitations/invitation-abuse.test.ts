import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type Person, type UserWorld } from '../testing.ts'

let world: UserWorld
beforeAll(async () => {
  world = await openUserWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

function inviteByMail(by: Person, workspaceId: string, body: { readonly email: string; readonly role: string }) {
  return world.ask(`POST /api/users/workspaces/${workspaceId}/invitations`, by, { body })
}

test('nobody gets more than some invitations a day by mail, from however many workspaces they come', async () => {
  const email = 'Flooded@example.com'
  const refused: unknown[] = []
  for (let count = 0; count < 12; count += 1) {
    const owner = await world.signUp()
    const answer = await inviteByMail(owner, await world.makeWorkspace(owner), { email, role: 'guest' })
    if (answer.status !== 201) refused.push(answer)
  }
  expect(refused).toHaveLength(2)
  expect(refused).toContainEqual(
    expect.objectContaining({ status: 429, body: expect.objectContaining({ code: 'USER_TOO_MANY_REQUESTS' }) }),
  )
  expect(world.auth.mails.filter(({ to }) => to === 'flooded@example.com')).toHaveLength(10)
})

test('who makes one workspace after the other cannot have more mails sent than in one', async () => {
  const owner = await world.signUp()
  const limit = { windowMs: 86_400_000, limit: 200 }
  for (let count = 0; count < 199; count += 1) {
    await world.bus.counters.count(`user:invitation-mails-by:${owner.userId}`, limit) // as if they had been sent
  }
  const [first, second] = [await world.makeWorkspace(owner), await world.makeWorkspace(owner)]
  expect((await inviteByMail(owner, first, { email: 'last@example.com', role: 'guest' })).status).toBe(201)
  expect((await inviteByMail(owner, second, { email: 'over@example.com', role: 'guest' })).status).toBe(429)
})

test('an admin does not void an invitation that they may not withdraw by inviting the same address', async () => {
  const owner = await world.signUp()
  const id = await world.makeWorkspace(owner)
  const admin = await world.join(owner, id, 'admin')
  const made = await inviteByMail(owner, id, { email: 'chief@example.com', role: 'admin' })
  const path = `/api/users/workspaces/${id}/invitations/${made.text('id')}`
  expect((await world.ask(`DELETE ${path}`, admin)).body.code).toBe('USER_NOT_ALLOWED')

  const replacing = await inviteByMail(admin, id, { email: 'chief@example.com', role: 'guest' })
  expect(replacing).toMatchObject({ status: 403, body: { code: 'USER_NOT_ALLOWED' } })
  const { body } = await world.ask(`GET /api/users/workspaces/${id}/invitations`, admin)
  expect(body.invitations).toContainEqual(expect.objectContaining({ id: made.text('id'), state: 'open' }))
  expect((await inviteByMail(owner, id, { email: 'chief@example.com', role: 'guest' })).status).toBe(201)
})
