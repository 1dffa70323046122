import { expect, test } from 'vitest'
import { openUserWorld } from './testing.ts'

test('nothing on the way keeps an answer, be it a refusal, unless its route allows that', async () => {
  await using world = await openUserWorld()
  const person = await world.signUp()
  const id = await world.makeWorkspace(person)
  const answers = [
    await world.ask('GET /api/users/me', person),
    await world.ask(`GET /api/users/workspaces/${id}/members`, person),
    await world.ask('GET /api/users/me'),
    await world.ask(`GET /api/users/workspaces/${id}`, await world.signUp()),
    await world.ask('POST /api/users/workspaces', person, { body: { name: '' } }),
  ]
  expect(answers.map(({ status, headers }) => [status, headers.get('cache-control')])).toEqual([
    [200, 'no-store'],
    [200, 'no-store'],
    [401, 'no-store'],
    [404, 'no-store'],
    [400, 'no-store'],
  ])
})
