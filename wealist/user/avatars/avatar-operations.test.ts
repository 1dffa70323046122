import { crc32, deflateSync } from 'node:zlib'
import { openObjectStore } from '@portolan/objects'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type Person, type UserWorld } from '../testing.ts'

let world: UserWorld
beforeAll(async () => {
  world = await openUserWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const picture = (colour: string) =>
  sharp({ create: { width: 800, height: 600, channels: 3, background: colour } })
    .withExif({ IFD0: { Copyright: 'SECRET-PLACE' } })
    .jpeg()
    .toBuffer()

/** @returns the answer to `done` */
async function upload(person: Person, content: Uint8Array<ArrayBuffer>, contentType = 'image/jpeg') {
  const body = { contentType, sizeBytes: content.byteLength }
  const begun = await world.ask('POST /api/users/me/avatar', person, { body })
  expect(begun.status).toBe(201)
  const { uploadUrl, method, headers, uploadId } = Object(begun.body)
  expect(uploadUrl).toMatch(new RegExp(`^${world.identity.publicOrigin}/objects/`)) // the origin browsers already have
  const sent = await fetch(uploadUrl, { method, headers, body: content })
  expect(sent.status).toBeLessThan(300)
  await sent.arrayBuffer()
  return world.ask(`POST /api/users/me/avatar/${uploadId}/done`, person)
}

async function storedKeys(person: Person): Promise<readonly string[]> {
  const waiting = { signal: AbortSignal.timeout(5_000) }
  const { publicOrigin } = world.identity
  await using store = await openObjectStore(world.objects.url, { publicOrigin }, waiting)
  return (await store.list(`profiles/${person.userId}/`, waiting)).objects.map(({ key }) => key)
}

test('an avatar is made anew in three sizes, without metadata, and the upload and the old one are gone', async () => {
  const kim = await world.signUp()
  const first = await upload(kim, Uint8Array.from(await picture('teal')))
  expect(first.status).toBe(200)
  const second = await upload(kim, Uint8Array.from(await picture('navy')))
  const keys = await storedKeys(kim)
  expect(keys).toHaveLength(3)
  expect(second.body.avatarUrl).not.toBe(first.body.avatarUrl)
  for (const size of [64, 192, 512]) {
    const shown = await fetch(`${world.origin}${second.text('avatarUrl')}?size=${size}`, { headers: kim.bearer })
    const content = Buffer.from(await shown.arrayBuffer())
    expect(shown.headers.get('content-type')).toBe('image/webp')
    expect(shown.headers.get('cache-control')).toContain('immutable')
    expect(await sharp(content).metadata()).toMatchObject({ width: size, height: size, format: 'webp' })
    expect(content.includes('SECRET-PLACE')).toBe(false)
  }
  expect((await world.ask(`GET ${first.text('avatarUrl')}`, kim)).status).toBe(404)
})

test('an avatar is seen by who shares a workspace, and by nobody else', async () => {
  const owner = await world.signUp()
  const member = await world.join(owner, await world.makeWorkspace(owner))
  const shown = await upload(owner, Uint8Array.from(await picture('plum')))
  expect((await world.ask(`GET ${shown.text('avatarUrl')}`, member)).status).toBe(200)
  const stranger = await world.ask(`GET ${shown.text('avatarUrl')}`, await world.signUp())
  expect(stranger).toMatchObject({ status: 404, body: { code: 'USER_AVATAR_UNKNOWN' } })
  expect((await world.ask(`GET ${shown.text('avatarUrl')}?size=9999`, owner)).body.details).toMatchObject({
    faults: [{ field: 'size' }],
  })
})

/** A PNG of 20,000 × 20,000 black dots, one bit each: 400 million pixels in 50 kB (PNG, third edition, §11.2). */
async function bomb(): Promise<Buffer> {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.byteLength)
    checksum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, checksum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(20_000, 0)
  header.writeUInt32BE(20_000, 4)
  header[8] = 1 // bits a sample; the rest is zero: grey, deflate, no interlace
  const lines = deflateSync(Buffer.alloc(20_000 * 2_501))
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', lines), chunk('IEND', Buffer.alloc(0))])
}

test.for([
  ['no image', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'USER_AVATAR_UNSUPPORTED'],
  ['half an image', async () => (await picture('red')).subarray(0, 900), 422, 'USER_AVATAR_UNREADABLE'],
  ['a decompression bomb', bomb, 413, 'USER_AVATAR_TOO_LARGE'],
] as const)('%s is refused at its field, and nothing of it stays', async ([, content, status, code]) => {
  const person = await world.signUp()
  const refused = await upload(person, Uint8Array.from(await content()))
  expect(refused).toMatchObject({ status, body: { code, details: { faults: [{ field: 'avatar' }] } } })
  expect(await storedKeys(person)).toEqual([])
  expect((await world.ask('GET /api/users/me', person)).body.avatarUrl).toBeNull()
})

test('what is too large or of another kind is refused before it is sent', async () => {
  const person = await world.signUp()
  const body = { contentType: 'image/svg+xml', sizeBytes: 20_000_000 }
  const refused = await world.ask('POST /api/users/me/avatar', person, { body })
  expect(refused).toMatchObject({ status: 400 })
  expect(refused.body.details).toMatchObject({
    faults: expect.arrayContaining([
      expect.objectContaining({ field: 'contentType' }),
      expect.objectContaining({ field: 'sizeBytes' }),
    ]),
  })
})

test('an upload is finished once, by who began it, after it has arrived', async () => {
  const kim = await world.signUp()
  const body = { contentType: 'image/jpeg', sizeBytes: 100 }
  const begun = await world.ask('POST /api/users/me/avatar', kim, { body })
  const done = `POST /api/users/me/avatar/${begun.text('uploadId')}/done`
  expect(await world.ask(done, kim)).toMatchObject({ status: 409, body: { code: 'USER_UPLOAD_MISSING' } })
  const thief = await world.ask(done, await world.signUp())
  expect(thief).toMatchObject({ status: 404, body: { code: 'USER_UPLOAD_UNKNOWN' } })
  world.identity.clock.pass(600_000)
  const late = await world.identity.signIn(kim.userId)
  expect(await world.ask(done, late)).toMatchObject({ status: 404, body: { code: 'USER_UPLOAD_UNKNOWN' } })
})

test('finished twice at once, an upload becomes one avatar', async () => {
  const kim = await world.signUp()
  const content = Uint8Array.from(await picture('olive'))
  const body = { contentType: 'image/jpeg', sizeBytes: content.byteLength }
  const { uploadUrl, method, headers, uploadId } = Object(
    (await world.ask('POST /api/users/me/avatar', kim, { body })).body,
  )
  await (await fetch(uploadUrl, { method, headers, body: content })).arrayBuffer()
  const done = `POST /api/users/me/avatar/${uploadId}/done`
  const answers = await Promise.all([world.ask(done, kim), world.ask(done, kim)])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 404 || status === 409)).toHaveLength(1)
})

test('an avatar that is removed is gone from the store too', async () => {
  const kim = await world.signUp()
  await upload(kim, Uint8Array.from(await picture('gold')))
  expect((await world.ask('DELETE /api/users/me/avatar', kim)).status).toBe(204)
  expect((await world.ask('DELETE /api/users/me/avatar', kim)).status).toBe(204)
  expect(await storedKeys(kim)).toEqual([])
})

test('nobody uploads without end', async () => {
  const kim = await world.signUp()
  const body = { contentType: 'image/png', sizeBytes: 100 }
  for (let count = 0; count < 20; count += 1) await world.ask('POST /api/users/me/avatar', kim, { body })
  const refused = await world.ask('POST /api/users/me/avatar', kim, { body })
  expect(refused).toMatchObject({ status: 429, body: { code: 'USER_TOO_MANY_REQUESTS' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('an upload that nobody finishes is deleted after its time', async () => {
  const kim = await world.signUp()
  const content = Uint8Array.from(await picture('pink'))
  const body = { contentType: 'image/jpeg', sizeBytes: content.byteLength }
  const { uploadUrl, method, headers } = Object((await world.ask('POST /api/users/me/avatar', kim, { body })).body)
  await (await fetch(uploadUrl, { method, headers, body: content })).arrayBuffer()
  expect(await storedKeys(kim)).toHaveLength(1)
  world.identity.clock.pass(2 * 3_600_000)
  await expect.poll(() => storedKeys(kim)).toEqual([])
})
