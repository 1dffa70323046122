import { parseDocument } from '@portolan/openapi'
import { listApiRoutes, listDescribedRoutes } from '@portolan/openapi/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type UserWorld } from '../testing.ts'

let world: UserWorld
beforeAll(async () => {
  world = await openUserWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('a profile begins with what was said at the sign-up, however often it is asked for at once', async () => {
  const kim = await world.signUp({ name: '김하늘' })
  const answers = await Promise.all(Array.from({ length: 5 }, () => world.ask('GET /api/users/me', kim)))
  for (const { status, body } of answers) {
    expect(status).toBe(200)
    expect(body).toEqual({ id: kim.userId, name: '김하늘', avatarUrl: null, locale: 'en', timeZone: null })
  }
})

test('a person changes name, language and time zone', async () => {
  const kim = await world.signUp()
  const change = { name: ' Kim  Ha-neul ', locale: 'ko', timeZone: 'Asia/Seoul' }
  const { body } = await world.ask('PATCH /api/users/me', kim, { body: change })
  expect(body).toMatchObject({ name: 'Kim Ha-neul', locale: 'ko', timeZone: 'Asia/Seoul' })
  const device = await world.ask('PATCH /api/users/me', kim, { body: { timeZone: null } })
  expect(device.body).toMatchObject({ name: 'Kim Ha-neul', timeZone: null })
  expect((await world.ask('GET /api/users/me', kim)).body).toEqual(device.body)
})

test.for([
  [{ locale: 'fr' }, 'locale'],
  [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
  [{ timeZone: '+09:00' }, 'timeZone'],
  [{ timeZone: '' }, 'timeZone'],
  [{ name: '\t' }, 'name'],
  [{ email: 'other@example.com' }, 'email'],
  [{ id: 'other' }, 'id'],
] as const)('%j is refused at its field', async ([body, field]) => {
  const refused = await world.ask('PATCH /api/users/me', await world.signUp(), { body })
  expect(refused).toMatchObject({ status: 400, body: { details: { faults: [{ field }] } } })
})

test('while auth is away, those who are known go on, and a new one is told to try again', async () => {
  const known = await world.signUp()
  await world.ask('GET /api/users/me', known)
  const unknown = await world.signUp()
  world.auth.isBroken = true
  expect((await world.ask('GET /api/users/me', known)).status).toBe(200)
  const refused = await world.ask('GET /api/users/me', unknown)
  world.auth.isBroken = false
  expect(refused).toMatchObject({ status: 503, body: { code: 'USER_AUTH_UNAVAILABLE' } })
  expect(refused.headers.get('retry-after')).toBe('2')
  expect((await world.ask('GET /api/users/me', unknown)).status).toBe(200)
})

test('the description says every route, with what it takes and gives, and no internal one', async () => {
  const { body } = await world.ask('GET /api/users/openapi.json')
  const document = parseDocument(body, 'user')
  expect(document.openapi).toBe('3.1.0')
  const routes = listApiRoutes(world.app)
  expect(routes).toContain('PATCH /api/users/workspaces/{workspaceId}/members/{userId}')
  expect(listDescribedRoutes(document)).toEqual(routes)
})

test('the service is alive and ready, and counts what it is asked', async () => {
  for (const path of ['/health', '/ready', '/metrics']) expect((await world.ask(`GET ${path}`)).status).toBe(200)
})
