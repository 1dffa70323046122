import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ObjectStore, SignedUpload } from './object-store.ts'

/** A store, and how its world looks from a browser. */
export interface ObjectsWorld extends AsyncDisposable {
  /** Signs for `origin`. */
  readonly store: ObjectStore
  /** Where the service answers browsers. */
  readonly origin: string
}

const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(60_000) })
const PNG = 'image/png'
let keyCount = 0

/** A key that no other test uses. */
export function newKey(name = 'file'): string {
  keyCount += 1
  return `storage/contract-${process.pid}/${keyCount}/${name}`
}

export async function send(signed: SignedUpload, body: Uint8Array | string): Promise<Response> {
  const { url, method, headers } = signed
  return fetch(url, { method, headers, body: Buffer.from(body) })
}

const codeOf = async (answer: Response): Promise<unknown> => Object(await answer.json()).code

/** What every way to keep objects has to do. */
export function registerObjectsContract(name: string, openWorld: () => Promise<ObjectsWorld>): void {
  describe(name, () => {
    let opened: ObjectsWorld | undefined
    beforeAll(async () => {
      opened = await openWorld()
    })
    afterAll(() => opened?.[Symbol.asyncDispose]())
    const world = (): ObjectsWorld => {
      if (opened === undefined) throw new TypeError('The world is opened before the first test.')
      return opened
    }
    registerKeeping(world)
    registerUploads(world)
    registerDownloads(world)
  })
}

type OpenedWorld = () => ObjectsWorld

function registerKeeping(world: OpenedWorld): void {
  test('what was written is read, described and gone after its deletion', async () => {
    const key = newKey('note.txt')
    const content = Buffer.from('안녕하세요, harbour')
    const written = await world().store.write(key, content, { contentType: 'text/plain; charset=utf-8', ...waiting() })
    expect(written).toMatchObject({ sizeBytes: content.length })
    const stored = await world().store.stat(key, waiting())
    expect(stored).toMatchObject({ key, sizeBytes: content.length, contentType: 'text/plain; charset=utf-8' })
    expect(stored?.etag).toBe(written.etag)
    expect(Math.abs(Date.now() - Number(stored?.modifiedAt))).toBeLessThan(60_000)
    const read = await world().store.read(key, waiting())
    expect(await buffer(read.content)).toEqual(content)
    await world().store.delete(key, waiting())
    await world().store.delete(key, waiting())
    expect(await world().store.stat(key, waiting())).toBeUndefined()
    await expect(world().store.read(key, waiting())).rejects.toMatchObject({ code: 'OBJECTS_NOT_FOUND' })
  })

  test('an empty object is an object', async () => {
    const key = newKey()
    await world().store.write(key, Buffer.alloc(0), { contentType: PNG, ...waiting() })
    expect(await world().store.stat(key, waiting())).toMatchObject({ sizeBytes: 0, contentType: PNG })
    expect(await buffer((await world().store.read(key, waiting())).content)).toHaveLength(0)
  })

  test('a stream of unknown length is kept whole, also above the size of a part', async () => {
    const key = newKey()
    const piece = randomBytes(1_000_003)
    async function* pieces() {
      for (let count = 0; count < 20; count += 1) yield piece
    }
    const written = await world().store.write(key, pieces(), { contentType: 'application/zip', ...waiting() })
    expect(written.sizeBytes).toBe(20_000_060)
    const content = await buffer((await world().store.read(key, waiting())).content)
    expect(content.equals(Buffer.concat(Array.from({ length: 20 }, () => piece)))).toBe(true)
  })

  test.for([[100], [undefined]])('a stream that breaks (of %s bytes) leaves what was there', async ([sizeBytes]) => {
    const key = newKey()
    await world().store.write(key, Buffer.from('before'), { contentType: PNG, ...waiting() })
    const broken = new Error('the source broke')
    async function* pieces() {
      yield Buffer.alloc(50)
      await nextTurn()
      throw broken
    }
    const size = sizeBytes === undefined ? {} : { sizeBytes }
    await expect(world().store.write(key, pieces(), { contentType: PNG, ...size, ...waiting() })).rejects.toBe(broken)
    expect(await buffer((await world().store.read(key, waiting())).content)).toEqual(Buffer.from('before'))
  })

  test('a stream of another length than was said leaves nothing', async () => {
    async function* pieces() {
      yield Buffer.alloc(50)
    }
    for (const sizeBytes of [49, 51]) {
      const key = newKey()
      const writing = world().store.write(key, pieces(), { contentType: PNG, sizeBytes, ...waiting() })
      await expect(writing).rejects.toMatchObject({ code: 'OBJECTS_SIZE_MISMATCH' })
      expect(await world().store.stat(key, waiting())).toBeUndefined()
    }
  })

  test('an aborted write leaves nothing', async () => {
    const key = newKey()
    const stop = new AbortController()
    const reason = new Error('changed my mind')
    async function* pieces() {
      yield Buffer.alloc(50)
      stop.abort(reason)
      yield Buffer.alloc(50)
    }
    await expect(world().store.write(key, pieces(), { contentType: PNG, signal: stop.signal })).rejects.toBe(reason)
    expect(await world().store.stat(key, waiting())).toBeUndefined()
  })

  test('an object that must be new is refused where there is one', async () => {
    const key = newKey()
    const options = { contentType: PNG, isCreateOnly: true, ...waiting() }
    await world().store.write(key, Buffer.from('first'), options)
    const second = world().store.write(key, Buffer.from('second'), options)
    await expect(second).rejects.toMatchObject({ code: 'OBJECTS_KEY_TAKEN' })
    expect(await buffer((await world().store.read(key, waiting())).content)).toEqual(Buffer.from('first'))
  })

  test('a list comes in the order of keys, in pages, and never from beside the prefix', async () => {
    const prefix = `boards/list-${process.pid}`
    const names = ['1/a', '1/b/c', '1/b-d', '1/b.d', '1/b0', '1/e', '10/x']
    for (const name of names) {
      await world().store.write(`${prefix}/${name}`, Buffer.from(name), { contentType: PNG, ...waiting() })
    }
    const expected = names
      .slice(0, 6)
      .map((name) => `${prefix}/${name}`)
      .sort()
    const all = await world().store.list(`${prefix}/1/`, waiting())
    expect(all.objects.map(({ key }) => key)).toEqual(expected)
    expect(all.objects[0]).toMatchObject({ sizeBytes: 3 })
    expect(all.cursor).toBeUndefined()
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const page = await world().store.list(`${prefix}/1/`, {
        limit: 2,
        ...waiting(),
        ...(cursor === undefined ? {} : { cursor }),
      })
      expect(page.objects.length).toBeLessThanOrEqual(2)
      paged.push(...page.objects.map(({ key }) => key))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(paged).toEqual(expected)
    expect(await world().store.list(`${prefix}/2/`, waiting())).toEqual({ objects: [] })
  })

  test.for([
    ['profiles/../boards/1/x'],
    ['profiles/1/..'],
    ['/profiles/1/x'],
    ['profiles//x'],
    ['profiles/1'],
    ['secrets/1/x'],
    ['profiles/1/x\n'],
    ['profiles/1/x~'],
    ['profiles/1/한글'],
    [`profiles/1/${'x'.repeat(200)}`],
  ])('the key %j is refused everywhere', async ([key = '']) => {
    const invalid = { code: 'OBJECTS_KEY_INVALID' }
    await expect(world().store.read(key, waiting())).rejects.toMatchObject(invalid)
    await expect(world().store.stat(key, waiting())).rejects.toMatchObject(invalid)
    await expect(world().store.delete(key, waiting())).rejects.toMatchObject(invalid)
    await expect(world().store.write(key, Buffer.alloc(1), { contentType: PNG, ...waiting() })).rejects.toMatchObject(
      invalid,
    )
    expect(() => world().store.presignDownload({ key, expiresInMs: 1_000 })).toThrow(expect.objectContaining(invalid))
  })
}

function registerUploads(world: OpenedWorld): void {
  const signed = (key: string, sizeBytes: number | { atMost: number } = 5, expiresInMs = 60_000) =>
    world().store.presignUpload({ key, contentType: PNG, sizeBytes, expiresInMs })

  test('a browser uploads by the signed URL, and the object has the agreed type', async () => {
    const key = newKey()
    const upload = signed(key)
    expect(upload.url.startsWith(`${world().origin}/objects/${key}?`)).toBe(true)
    const answer = await send(upload, 'hello')
    expect(answer.status).toBe(200)
    expect(await world().store.stat(key, waiting())).toMatchObject({ sizeBytes: 5, contentType: PNG })
  })

  test('at most so many bytes may be fewer, and never more', async () => {
    const key = newKey()
    expect((await send(signed(key, { atMost: 5 }), 'hey')).status).toBe(200)
    const answer = await send(signed(key, { atMost: 5 }), 'hello!')
    expect([answer.status, await codeOf(answer)]).toEqual([413, 'OBJECTS_TOO_LARGE'])
    expect(await world().store.stat(key, waiting())).toMatchObject({ sizeBytes: 3 })
  })

  test.for([
    ['another size', {}, 'hell', 'OBJECTS_SIZE_MISMATCH'],
    ['another type', { 'content-type': 'text/html' }, 'hello', 'OBJECTS_TYPE_MISMATCH'],
  ] as const)('%s than was agreed is refused and leaves nothing', async ([_what, headers, body, code]) => {
    const key = newKey()
    const answer = await fetch(signed(key).url, { method: 'PUT', headers: { 'content-type': PNG, ...headers }, body })
    expect(await codeOf(answer)).toBe(code)
    expect(await world().store.stat(key, waiting())).toBeUndefined()
  })

  test('an upload of unknown length is counted', async () => {
    for (const [body, status] of [
      ['hello', 200],
      ['hell', 400],
      ['hello!', 400],
    ] as const) {
      const key = newKey()
      const stream = new Blob([body]).stream()
      const init = { method: 'PUT', headers: { 'content-type': PNG }, body: stream, duplex: 'half' } as const
      expect((await fetch(signed(key).url, init)).status).toBe(status)
      expect((await world().store.stat(key, waiting()))?.sizeBytes).toBe(status === 200 ? 5 : undefined)
    }
  })

  test('an expired URL is refused', async () => {
    const key = newKey()
    const upload = signed(key, 5, 1)
    await expect.poll(async () => codeOf(await send(upload, 'hello'))).toBe('OBJECTS_GRANT_EXPIRED')
    const late = await send(upload, 'hello')
    expect(late.status).toBe(403)
  })

  test('a URL that was changed, is for another key or another purpose is refused', async () => {
    const key = newKey()
    const other = newKey()
    const url = new URL(signed(key).url)
    const changed = (change: (copy: URL) => void): string => {
      const copy = new URL(url)
      change(copy)
      return copy.href
    }
    const wrong = [
      changed((copy) => copy.searchParams.set('size', '6')),
      changed((copy) => copy.searchParams.delete('size')),
      changed((copy) => copy.searchParams.append('size', '6')),
      changed((copy) => copy.searchParams.set('expires', String(Date.now() + 9_000_000))),
      changed((copy) => copy.searchParams.set('signature', 'A'.repeat(43))),
      changed((copy) => copy.searchParams.delete('signature')),
      changed((copy) => copy.searchParams.append('more', '1')),
      url.href.replace(`/objects/${key}`, `/objects/${other}`),
      world().store.presignDownload({ key, expiresInMs: 60_000 }).url,
    ]
    for (const changedUrl of wrong) {
      const answer = await fetch(changedUrl, { method: 'PUT', headers: { 'content-type': PNG }, body: 'hello' })
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'OBJECTS_GRANT_INVALID'])
    }
    const read = await fetch(url)
    expect([read.status, await codeOf(read)]).toEqual([403, 'OBJECTS_GRANT_INVALID'])
    expect(await world().store.stat(key, waiting())).toBeUndefined()
    expect(await world().store.stat(other, waiting())).toBeUndefined()
  })

  test.for([['/objects/profiles/%2e%2e/%2e%2e/etc/passwd'], ['/objects/..%2f..%2fetc%2fpasswd'], ['/objects/']])(
    'the path %s reaches nothing',
    async ([path = '']) => {
      const { search } = new URL(signed(newKey()).url)
      const { hostname, port } = new URL(world().origin)
      for (const method of ['PUT', 'GET', 'DELETE']) {
        const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
        const asked = request({ hostname, port, path: `${path}${search}`, method, headers: { 'content-type': PNG } })
        asked.once('response', (answer) => resolve(answer.resume().statusCode)).once('error', reject)
        asked.end(method === 'PUT' ? 'hello' : undefined)
        expect([400, 403, 404]).toContain(await promise)
      }
    },
  )

  test('an upload that must be new is refused the second time', async () => {
    const key = newKey()
    const grant = { key, contentType: PNG, sizeBytes: 5, expiresInMs: 60_000, isCreateOnly: true }
    expect((await send(world().store.presignUpload(grant), 'first')).status).toBe(200)
    const answer = await send(world().store.presignUpload(grant), 'other')
    expect([answer.status, await codeOf(answer)]).toEqual([409, 'OBJECTS_KEY_TAKEN'])
    expect(await buffer((await world().store.read(key, waiting())).content)).toEqual(Buffer.from('first'))
  })

  test('of concurrent uploads of one key one wins whole, and readers never see a mixture', async () => {
    const key = newKey()
    const sizeBytes = 300_000
    const bodies = Array.from({ length: 6 }, (_, index) => Buffer.alloc(sizeBytes, index))
    const isWhole = (content: Buffer): boolean => bodies.some((body) => body.equals(content))
    await world().store.write(key, bodies[0] ?? Buffer.alloc(0), { contentType: PNG, ...waiting() })
    const uploads = bodies.map((body) => send(signed(key, sizeBytes), body))
    const readings = bodies.map(async () => buffer((await world().store.read(key, waiting())).content))
    expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual(bodies.map(() => 200))
    expect((await Promise.all(readings)).map(isWhole)).toEqual(bodies.map(() => true))
    expect(isWhole(await buffer((await world().store.read(key, waiting())).content))).toBe(true)
  })

  test('an upload that is cut off leaves nothing', async () => {
    const key = newKey()
    const { url } = signed(key, 1_000_000)
    const asked = request(url, { method: 'PUT', headers: { 'content-type': PNG, 'content-length': 1_000_000 } })
    const failed = new Promise((resolve) => asked.once('error', resolve))
    await new Promise((resolve) => asked.write(Buffer.alloc(500_000), resolve))
    asked.destroy(new Error('gone'))
    await failed
    const after = newKey()
    expect((await send(signed(after), 'hello')).status).toBe(200)
    expect(await world().store.stat(key, waiting())).toBeUndefined()
  })
}

function registerDownloads(world: OpenedWorld): void {
  const put = async (content: string, contentType: string): Promise<string> => {
    const key = newKey()
    await world().store.write(key, Buffer.from(content), { contentType, ...waiting() })
    return key
  }

  test('a download says its type, length, tag and name', async () => {
    const key = await put('hello', PNG)
    const { url } = world().store.presignDownload({
      key,
      expiresInMs: 60_000,
      disposition: 'inline',
      fileName: '보고서 "1".png',
    })
    const answer = await fetch(url)
    expect(await answer.text()).toBe('hello')
    const headers = Object.fromEntries(answer.headers)
    expect(headers).toMatchObject({ 'content-type': PNG, 'content-length': '5', 'accept-ranges': 'bytes' })
    expect(headers['content-disposition']).toMatch(
      /^inline; filename="[\x20-\x7e]*_1_\.png"; filename\*=UTF-8''%EB%B3%B4/,
    )
    expect(headers.etag).toMatch(/^"[^"]+"$/)
    const head = await fetch(url, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe('5')
    expect(await head.text()).toBe('')
  })

  test('what could run in the origin is only ever saved, in a sandbox, as the type it was uploaded as', async () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'application/pdf']) {
      const key = await put('<script>alert(1)</script>', type)
      const answer = await fetch(world().store.presignDownload({ key, expiresInMs: 60_000, disposition: 'inline' }).url)
      expect(answer.headers.get('content-disposition')).toBe('attachment')
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      await answer.arrayBuffer()
    }
  })

  test('ranges, and questions whether it changed', async () => {
    const key = await put('0123456789', PNG)
    const { url } = world().store.presignDownload({ key, expiresInMs: 60_000 })
    const get = async (headers: Record<string, string>) => {
      const answer = await fetch(url, { headers })
      return [answer.status, answer.headers.get('content-range'), await answer.text()]
    }
    expect(await get({ range: 'bytes=2-4' })).toEqual([206, 'bytes 2-4/10', '234'])
    expect(await get({ range: 'bytes=-3' })).toEqual([206, 'bytes 7-9/10', '789'])
    expect(await get({ range: 'bytes=8-99' })).toEqual([206, 'bytes 8-9/10', '89'])
    expect((await get({ range: 'bytes=10-' }))[0]).toBe(416)
    const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? ''
    expect(await get({ 'if-none-match': etag })).toEqual([304, null, ''])
    expect(await get({ 'if-none-match': '"other"' })).toEqual([200, null, '0123456789'])
    expect(await get({ range: 'bytes=2-4', 'if-range': '"other"' })).toEqual([200, null, '0123456789'])
    expect(await get({ range: 'bytes=2-4', 'if-range': etag })).toEqual([206, 'bytes 2-4/10', '234'])
    expect((await get({ 'if-match': '"other"' }))[0]).toBe(412)
  })

  test('an object that is not there is a 404 with a code', async () => {
    const answer = await fetch(world().store.presignDownload({ key: newKey(), expiresInMs: 60_000 }).url)
    expect([answer.status, await codeOf(answer)]).toEqual([404, 'OBJECTS_NOT_FOUND'])
  })
}
