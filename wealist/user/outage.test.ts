import { openTestPostgres } from '@portolan/postgres/testing'
import { expect, test } from 'vitest'
import { openUserWorld } from './testing.ts'

test('while the database and the bus are away every request fails clearly, and all goes on when they are back', async () => {
  await using postgres = await openTestPostgres()
  await using world = await openUserWorld({ postgres })
  const owner = await world.signUp()
  const id = await world.makeWorkspace(owner)
  const member = await world.join(owner, id)
  await using page = await world.listen(member)
  await expect.poll(() => page.named('memberships')).toHaveLength(1)

  await postgres.stop()
  const calls = [
    'GET /api/users/me',
    'GET /api/users/workspaces',
    `GET /api/users/workspaces/${id}/members`,
    `DELETE /api/users/workspaces/${id}/members/${member.userId}`,
  ]
  for (const call of calls) {
    const refused = await world.ask(call, owner)
    expect(refused).toMatchObject({ status: 503, body: { code: 'USER_STORE_UNAVAILABLE' } })
    expect(refused.headers.get('retry-after')).toBe('2')
    expect(JSON.stringify(refused.body)).not.toContain('127.0.0.1')
  }
  expect((await world.ask('GET /ready')).body).toMatchObject({ code: 'SERVICE_NOT_READY' })
  expect((await world.ask('GET /health')).status).toBe(200)

  await postgres.start()
  await expect.poll(async () => (await world.ask('GET /api/users/me', owner)).status).toBe(200)
  // The stream lives, hears again what is true, and then what changes.
  await expect.poll(() => page.named('memberships').length).toBeGreaterThan(1)
  expect((await world.ask(`DELETE /api/users/workspaces/${id}/members/${member.userId}`, owner)).status).toBe(204)
  await expect
    .poll(() => page.named('membership-changed'))
    .toContainEqual({ workspaceId: id, userId: member.userId, role: null })
  await expect.poll(async () => (await world.ask('GET /ready')).status).toBe(200)
})
