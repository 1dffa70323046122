import { SESSIONS_CHANNEL } from '@portolan/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type Person, type UserWorld } from '../testing.ts'

let world: UserWorld
let owner: Person
let id: string
beforeAll(async () => {
  world = await openUserWorld()
  owner = await world.signUp()
  id = await world.makeWorkspace(owner)
})
afterAll(() => world[Symbol.asyncDispose]())

test('the pages of who is removed hear of it within a second', async () => {
  const member = await world.join(owner, id)
  await using page = await world.listen(member)
  await using workspacePage = await world.listen(member, `?workspaceId=${id}`)
  await expect.poll(() => page.named('memberships')).toEqual([{ memberships: [{ workspaceId: id, role: 'member' }] }])
  await expect.poll(() => workspacePage.named('memberships')).toHaveLength(1)
  const removedAt = performance.now()
  await world.ask(`DELETE /api/users/workspaces/${id}/members/${member.userId}`, owner)
  const change = { workspaceId: id, userId: member.userId, role: null }
  await expect.poll(() => page.named('membership-changed'), { interval: 10 }).toEqual([change])
  await expect.poll(() => workspacePage.isOpen, { interval: 10 }).toBe(false)
  expect(performance.now() - removedAt).toBeLessThan(1_000)
  expect(workspacePage.named('membership-changed')).toEqual([change])
  expect(page.isOpen).toBe(true) // there are other workspaces
})

test('a workspace page hears of everybody in it, another one of nobody', async () => {
  const stranger = await world.signUp()
  await using elsewhere = await world.listen(stranger)
  await using page = await world.listen(owner, `?workspaceId=${id}`)
  await expect.poll(() => page.named('memberships')).toHaveLength(1)
  const member = await world.join(owner, id, 'guest')
  await expect
    .poll(() => page.named('membership-changed'))
    .toEqual([{ workspaceId: id, userId: member.userId, role: 'guest' }])
  expect(elsewhere.named('membership-changed')).toEqual([])
})

test('a stream ends with its session, and only with its own', async () => {
  const { userId } = owner
  const [session, other] = [await world.identity.signIn(userId), await world.identity.signIn(userId)]
  await using page = await world.listen({ ...owner, ...session })
  await using otherPage = await world.listen({ ...owner, ...other })
  await expect.poll(() => page.named('memberships')).toHaveLength(1)
  await world.bus.publish(SESSIONS_CHANNEL, { type: 'session-ended', sid: session.sessionId, userId })
  await expect.poll(() => page.isOpen).toBe(false)
  expect(page.named('session-ended')).toEqual([{}])
  expect(otherPage.isOpen).toBe(true)
  await expect(world.listen({ ...owner, ...session })).rejects.toThrow('401')
})

test('what was committed without being told is told later', async () => {
  const member = await world.join(owner, id)
  await using page = await world.listen(member)
  await expect.poll(() => page.named('memberships')).toHaveLength(1)
  // As a process leaves it that ends between the commit and the bus.
  const { openPool } = await import('@portolan/postgres')
  await using pool = await openPool<Record<'membership_news', { workspace_id: string; user_id: string }>>(
    world.database.url,
    {},
    { signal: AbortSignal.timeout(5_000) },
  )
  await pool.db.insertInto('membership_news').values({ workspace_id: id, user_id: member.userId }).execute()
  await expect
    .poll(() => page.named('membership-changed'))
    .toEqual([{ workspaceId: id, userId: member.userId, role: 'member' }])
})

test('nobody keeps more streams open than pages that a person has', async () => {
  const person = await world.signUp()
  const pages = await Promise.all(Array.from({ length: 30 }, () => world.listen(person)))
  const refused = await world.ask('GET /api/users/events', person)
  expect(refused).toMatchObject({ status: 429, body: { code: 'USER_STREAM_LIMIT' } })
  await Promise.all(pages.map((page) => page[Symbol.asyncDispose]()))
})
