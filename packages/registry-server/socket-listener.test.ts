import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RemoteDoor } from '@portolan/operations'
import { createApp } from '@portolan/service'
import pino from 'pino'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { listenOnSocket } from './socket-listener.ts'

const { signal } = new AbortController()
let path: string

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-socket-'))
  path = join(folder, 'a.sock')
  return () => rm(folder, { recursive: true, force: true })
})

async function openApp() {
  const app = createApp({ name: 'test', logger: pino({ level: 'silent' }), catalogues: [] })
  const answer = { success: true, bands: [] }
  app.post('/api/band/list', async (request) => (request.headers['x-api-key'] === 'k' ? answer : undefined))
  await app.ready()
  onTestFinished(() => app.close())
  return app
}

/** An address that nobody answers: what is asked is the socket. */
const door = () => new RemoteDoor({ url: 'http://127.0.0.1:1', key: 'k', socketPath: path })

test('a registry is asked over its socket, which is for its owner alone and goes with it', async () => {
  const listener = await listenOnSocket(await openApp(), path)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await door().call('band_list', {}, { signal })).toMatchObject({ bands: [] })
  await listener.close({ signal })
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(door().call('band_list', {}, { signal })).rejects.toMatchObject({
    code: 'OPERATIONS_SERVER_UNREACHABLE',
  })
})

test('what a killed server left is replaced; what answers, or is no socket, stays', async () => {
  const app = await openApp()
  const first = await listenOnSocket(app, path)
  await expect(listenOnSocket(app, path)).rejects.toMatchObject({ code: 'REGISTRY_SERVER_SOCKET_UNUSABLE' })
  expect(await door().call('band_list', {}, { signal })).toMatchObject({ bands: [] })
  await first.close({ signal })
  await writeFile(path, 'a file')
  await expect(listenOnSocket(app, path)).rejects.toThrow('something else is there')
})

test('a connection that asks nothing is cut when the time is over', async () => {
  const listener = await listenOnSocket(await openApp(), path)
  const socket = connect(path)
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await listener.close({ signal: AbortSignal.abort() })
  await gone
  expect(socket.destroyed).toBe(true)
})
