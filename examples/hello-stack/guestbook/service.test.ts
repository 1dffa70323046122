import { once } from 'node:events'
import { openTestDatabase, openTestPostgres, type TestPostgres } from '@portolan/postgres/testing'
import Type from 'typebox'
import { Parse } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startModule } from '../testing.ts'

const Entries = Type.Array(
  Type.Object({ id: Type.Integer(), name: Type.String(), message: Type.String(), writtenAt: Type.String() }),
)

// One database and one process for the whole file, but for the test that ends it.
const releasers = new AsyncDisposableStack()
let postgres: TestPostgres
let databaseUrl: string
let origin: string
beforeAll(async () => {
  postgres = releasers.use(await openTestPostgres())
  databaseUrl = releasers.use(await openTestDatabase(postgres)).url
  origin = await releasers.use(startGuestbook()).origin()
})
afterAll(() => releasers.disposeAsync())

function startGuestbook() {
  return startModule('guestbook', { DATABASE_URL: databaseUrl })
}

async function listEntries(from: string) {
  const { entries } = Parse(
    Type.Object({ entries: Entries }),
    await (await fetch(`${from}/api/guestbook?limit=2`)).json(),
  )
  return entries
}

async function sign(draft: unknown) {
  const answer = await fetch(`${origin}/api/guestbook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(draft),
  })
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() }
}

async function openPage(origin: string) {
  const messages: unknown[] = []
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/guestbook`)
  socket.addEventListener('message', ({ data }) => messages.push(typeof data === 'string' ? JSON.parse(data) : data))
  await once(socket, 'open')
  await expect.poll(() => messages).toEqual([{ type: 'hello', version: 1 }])
  return { socket, messages, [Symbol.dispose]: () => socket.terminate() }
}

test('entries are kept, trimmed, and listed newest first', async () => {
  const first = await sign({ name: ' Ada ', message: 'First ashore.\nCalm sea. ' })
  expect(first).toMatchObject({ status: 201, body: { name: 'Ada', message: 'First ashore.\nCalm sea.' } })
  await sign({ name: '김하늘', message: '곧 간조네요.' })
  const entries = await listEntries(origin)
  expect(entries.map((entry) => entry.name)).toEqual(['김하늘', 'Ada'])
  expect(Date.parse(entries[0]?.writtenAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
})

test('a new entry reaches every open page', async () => {
  using one = await openPage(origin)
  using other = await openPage(origin)
  const { body } = await sign({ name: 'Ada', message: 'Hello' })
  for (const page of [one, other]) await expect.poll(() => page.messages.at(-1)).toEqual({ type: 'entry', entry: body })
})

test.for([
  [{ name: '', message: 'x' }, 'name'],
  [{ name: '   ', message: 'x' }, 'name'],
  [{ name: 'Ada\u0000', message: 'x' }, 'name'],
  [{ name: 'A\nda', message: 'x' }, 'name'],
  [{ name: 'x'.repeat(41), message: 'x' }, 'name'],
  [{ name: 'Ada', message: 'x'.repeat(281) }, 'message'],
  [{ name: 'Ada', message: '\u0007' }, 'message'],
  [{ name: 'Ada' }, 'message'],
  [{ name: 'Ada', message: 'x', admin: true }, 'admin'],
])('draft %$ is refused with a problem that names the field', async ([draft, field]) => {
  const answer = await sign(draft)
  expect(answer).toMatchObject({
    status: 400,
    type: 'application/problem+json; charset=utf-8',
    body: { code: 'SERVICE_REQUEST_INVALID', details: { faults: [{ field }] } },
  })
})

test('lengths are counted in code points, by the schema as by the database', async () => {
  expect(await sign({ name: '🌊'.repeat(40), message: '한'.repeat(280) })).toMatchObject({ status: 201 })
})

test('it is ready while its database answers, and tells which port that is', async () => {
  expect(await (await fetch(`${origin}/ready`)).json()).toEqual({ status: 'ready', checks: ['postgres'] })
  expect(await (await fetch(`${origin}/store`)).json()).toEqual({ port: postgres.port })
})

test('another path is no WebSocket', async () => {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/other`)
  const [error] = await once(socket, 'error')
  expect(error).toMatchObject({ message: 'Unexpected server response: 404' })
})

test('SIGTERM says goodbye to the pages, and the next start finds the entries', async () => {
  await using second = startGuestbook()
  using page = await openPage(await second.origin())
  await sign({ name: 'Ada', message: 'Still here' })
  const closed = once(page.socket, 'close')
  expect(await second.stop()).toBe(0)
  expect((await closed)[0]).toBe(1001)
  await using third = startGuestbook()
  expect((await listEntries(await third.origin()))[0]).toMatchObject({ message: 'Still here' })
})
