import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWebApp } from './app.ts'
import { compressFolder } from './build-compression.ts'
import { PageFolder } from './page-folder.ts'

const SCRIPT = `console.info("${'a page '.repeat(400)}")`
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let folder: string
let app: ReturnType<typeof createWebApp>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wealist-web-'))
  await writeBuild(join(folder, 'dist'), 'first')
  const pages = await PageFolder.open(join(folder, 'dist'))
  app = createWebApp({ name: 'web', logger: pino({ level: 'silent' }), pages })
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true })
})

async function writeBuild(place: string, name: string): Promise<void> {
  await mkdir(join(place, 'assets'), { recursive: true })
  await writeFile(join(place, 'index.html'), `<!doctype html><title>${name}</title>`)
  await writeFile(join(place, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(place, 'assets', `${name}-1f2e3d.js`), SCRIPT)
  await compressFolder(place)
}

test.for(['/', '/w/0190-1234/members', '/settings/security?x=1', '/index.html'])(
  'whoever opens %s gets the page, and may not be framed or run foreign scripts by it',
  async (url) => {
    const { statusCode, headers, body } = await app.inject({ url, headers: NAVIGATION })
    expect(statusCode).toBe(200)
    expect(body).toContain('<title>first</title>')
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(headers['content-security-policy']).toContain("script-src 'self';")
    expect(headers['content-security-policy']).toContain("style-src 'self';")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['content-security-policy']).not.toContain('unsafe')
  },
)

test.for(['/', '/index.html'])('%s is there for programs too', async (url) => {
  const { statusCode, body } = await app.inject({ url, headers: { accept: '*/*' } })
  expect([statusCode, body.includes('<title>first</title>')]).toEqual([200, true])
})

test.for([
  ['/api/unknown', NAVIGATION],
  ['/assets/gone-000000.js', NAVIGATION],
  ['/assets/gone-000000.js', { accept: '*/*' }],
  ['/avatar.png', { accept: 'image/avif,image/*' }],
  ['/../package.json', { accept: '*/*' }],
  ['/..%2fpackage.json', { accept: '*/*' }],
] as const)('%s with %o is missing, and no page stands in for it', async ([url, headers]) => {
  const answer = await app.inject({ url, headers })
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toMatchObject({ code: 'SERVICE_ROUTE_UNKNOWN' })
})

test('a file whose name holds its hash is kept for ever, in the smallest form that the browser takes', async () => {
  const url = '/assets/first-1f2e3d.js'
  const brotli = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
  const gzip = await app.inject({ url, headers: { 'accept-encoding': 'gzip' } })
  const plain = await app.inject({ url })
  expect(brotli.headers).toMatchObject({
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    vary: 'accept-encoding',
  })
  expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(SCRIPT)
  expect(gunzipSync(gzip.rawPayload).toString()).toBe(SCRIPT)
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(plain.body).toBe(SCRIPT)
  expect(brotli.rawPayload.length).toBeLessThan(gzip.rawPayload.length)
})

test('what the browser has already is not sent again', async () => {
  const { etag } = (await app.inject({ url: '/icon.svg' })).headers
  const again = await app.inject({ url: '/icon.svg', headers: { 'if-none-match': `"other", ${etag}` } })
  expect(again).toMatchObject({ statusCode: 304, body: '' })
  expect((await app.inject({ url: '/icon.svg', headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200)
})

test('a HEAD is answered like a GET, without the body', async () => {
  const { statusCode, headers, body } = await app.inject({ method: 'HEAD', url: '/icon.svg' })
  expect({ statusCode, body, type: headers['content-type'] }).toEqual({
    statusCode: 200,
    body: '',
    type: 'image/svg+xml; charset=utf-8',
  })
})

test('a build that is put in place is served to the next visitor, and open pages still find their own files', async () => {
  await writeBuild(join(folder, 'next'), 'second')
  await rename(join(folder, 'dist'), join(folder, 'before'))
  const between = await app.inject({ url: '/', headers: NAVIGATION })
  expect(between.body).toContain('<title>first</title>')
  await rename(join(folder, 'next'), join(folder, 'dist'))
  const after = await app.inject({ url: '/', headers: NAVIGATION })
  expect(after.body).toContain('<title>second</title>')
  expect((await app.inject({ url: '/assets/first-1f2e3d.js' })).statusCode).toBe(200)
  expect((await app.inject({ url: '/assets/second-1f2e3d.js' })).statusCode).toBe(200)
})

test.for(['', 'nothing-here'])('without a build nothing starts, and it is said how to make one (%s)', async (name) => {
  const empty = join(folder, 'empty')
  await mkdir(empty, { recursive: true })
  await expect(PageFolder.open(join(empty, name))).rejects.toMatchObject({
    code: 'WEB_BUILD_MISSING',
    message: expect.stringContaining('npm run build -w wealist/web'),
  })
})
