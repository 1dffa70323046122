import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { askSupervisor } from './control-client.ts'
import { type Controlled, openControlServer } from './control-server.ts'
import { openStackWorld, SERVER } from './testing.ts'

const LIMIT = () => ({ signal: AbortSignal.timeout(20_000) })

test('over the socket a stack says how it is, restarts a service, and is told to stop', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start()
  const { controlSocket } = world.dataFolder()
  const before = await askSupervisor(controlSocket, { method: 'GET', path: '/status' }, LIMIT())
  expect(before).toEqual(structuredClone(supervisor.status()))
  const after = await askSupervisor(controlSocket, { method: 'POST', path: '/restart/web' }, LIMIT())
  expect(after).toMatchObject({ services: [{ name: 'web', state: 'healthy' }] })
  expect(after).not.toEqual(before)
  const unknown = askSupervisor(controlSocket, { method: 'POST', path: '/restart/nobody' }, LIMIT())
  await expect(unknown).rejects.toMatchObject({
    code: 'SUPERVISE_SERVICE_UNKNOWN',
    status: 404,
    message: expect.stringContaining('It has "web"'),
  })
  await askSupervisor(controlSocket, { method: 'POST', path: '/stop' }, LIMIT())
  expect(supervisor.stopRequested.aborted).toBe(true)
  await supervisor.close(LIMIT())
  expect(await askSupervisor(controlSocket, { method: 'GET', path: '/status' }, LIMIT())).toBeUndefined()
})

test('being told to stop over the socket ends a start that is under way', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> }, health: /health, environment: { HEALTH: 503 } }
`)
  const starting = world.start()
  starting.catch(() => undefined) // expected below
  const { controlSocket } = world.dataFolder()
  await expect.poll(() => world.log('web'), { timeout: 10_000 }).toContain('listens')
  const status = await askSupervisor(controlSocket, { method: 'GET', path: '/status' }, LIMIT())
  expect(status).toMatchObject({ services: [{ state: 'starting', pid: expect.any(Number) }] })
  await askSupervisor(controlSocket, { method: 'POST', path: '/stop' }, LIMIT())
  await expect(starting).rejects.toMatchObject({ code: 'SUPERVISE_NOT_RUNNING' })
  expect(await world.processes()).toEqual([])
})

test('a restart asked for while the stack starts waits its turn', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> } }
  slow: { ${SERVER}, ports: { http: <slow> }, health: /health }
`)
  const starting = world.start()
  const { controlSocket } = world.dataFolder()
  await expect.poll(() => world.history('web'), { timeout: 10_000 }).toContain('web: waiting → starting')
  await askSupervisor(controlSocket, { method: 'POST', path: '/restart/web' }, LIMIT())
  const supervisor = await starting
  expect(supervisor.status().services.map(({ state }) => state)).toEqual(['healthy', 'healthy'])
})

test('a restart goes on when whoever asked for it goes', async () => {
  await using place = await openPlace()
  const restarted = Promise.withResolvers<string>()
  const begun = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  await using _ = await openControlServer(place.socket, {
    ...CONTROLLED,
    async restart(name, { signal }) {
      begun.resolve()
      await finish.promise
      restarted.resolve(signal.aborted ? 'given up' : name)
    },
  })
  const told = new AbortController()
  const asking = askSupervisor(place.socket, { method: 'POST', path: '/restart/web' }, { signal: told.signal })
  asking.catch(() => undefined) // expected below
  await begun.promise
  told.abort()
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' })
  finish.resolve()
  expect(await restarted.promise).toBe('web')
})

test('only its owner may use it', async () => {
  await using place = await openPlace()
  await using _ = await openControlServer(place.socket, CONTROLLED)
  expect((await stat(dirname(place.socket))).mode & 0o777).toBe(0o700)
  expect((await stat(place.socket)).mode & 0o777).toBe(0o600)
})

test('a folder that others may enter, or that is a link, is refused', async () => {
  await using place = await openPlace()
  await mkdir(dirname(place.socket))
  await chmod(dirname(place.socket), 0o755)
  await expect(openControlServer(place.socket, CONTROLLED)).rejects.toMatchObject(unsafe('others may enter it'))
  await chmod(dirname(place.socket), 0o700)
  await symlink(dirname(place.socket), join(place.folder, 'link'))
  const linked = openControlServer(join(place.folder, 'link', 'x.sock'), CONTROLLED)
  await expect(linked).rejects.toMatchObject(unsafe('it is no folder'))
})

test.skipIf(process.getuid?.() !== 0)('the folder of another user is refused with the way out', async () => {
  await using place = await openPlace()
  await mkdir(dirname(place.socket), { mode: 0o700 })
  await chown(dirname(place.socket), 65_534, 65_534)
  const refused = unsafe('it belongs to another user')
  await expect(openControlServer(place.socket, CONTROLLED)).rejects.toMatchObject(refused)
  await expect(openControlServer(place.socket, CONTROLLED)).rejects.toThrow('TMPDIR="$HOME/.cache"')
})

test('where others could listen nobody is asked', async () => {
  await using place = await openPlace()
  await mkdir(dirname(place.socket))
  await using server = createServer((socket) => socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'))
  await once(server.listen(place.socket), 'listening')
  await chmod(dirname(place.socket), 0o777)
  const asking = () => askSupervisor(place.socket, { method: 'GET', path: '/status' }, LIMIT())
  await expect(asking()).rejects.toMatchObject(unsafe('others may enter it'))
  await chmod(dirname(place.socket), 0o700)
  expect(await asking()).toEqual({})
})

function unsafe(problem: string) {
  return { code: 'SUPERVISE_SOCKET_FOLDER_UNSAFE', message: expect.stringContaining(problem) }
}

test('a socket that a killed supervisor left is nobody, and gives way', async () => {
  await using place = await openPlace()
  await mkdir(dirname(place.socket), { mode: 0o700 })
  await writeFile(place.socket, '')
  expect(await askSupervisor(place.socket, { method: 'GET', path: '/status' }, LIMIT())).toBeUndefined()
  await using _ = await openControlServer(place.socket, CONTROLLED)
  expect(await askSupervisor(place.socket, { method: 'GET', path: '/status' }, LIMIT())).toMatchObject({ stack: 'one' })
})

test.for(['GET /', 'GET /restart/web', 'POST /status', 'POST /restart/', 'POST /restart/..%2Fx', 'DELETE /status'])(
  '%s is refused with a code',
  async (asked) => {
    await using place = await openPlace()
    await using _ = await openControlServer(place.socket, CONTROLLED)
    const answer = await place.raw(`${asked} HTTP/1.1\r\nhost: x\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    expect(answer).toContain('"code":"SUPERVISE_CONTROL_UNKNOWN"')
  },
)

test('garbage is answered as that, and what fails is no secret', async () => {
  await using place = await openPlace()
  await using _ = await openControlServer(place.socket, {
    ...CONTROLLED,
    status: () => {
      throw new Error('a secret inside')
    },
  })
  expect(await place.raw('\u0001\u0002 this is no HTTP\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  const answer = await place.raw('GET /status HTTP/1.1\r\nhost: x\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 500 /)
  expect(answer).not.toContain('secret')
})

test('whoever connects and says nothing does not keep it from closing', async () => {
  await using place = await openPlace()
  const server = await openControlServer(place.socket, CONTROLLED)
  const mute = connect(place.socket)
  await once(mute, 'connect')
  const ended = once(mute, 'close')
  await server[Symbol.asyncDispose]()
  await ended
})

test('a supervisor that says nothing in time is said to do so', async () => {
  await using place = await openPlace()
  await mkdir(dirname(place.socket), { mode: 0o700 })
  await using server = createServer((socket) => socket.resume())
  await once(server.listen(place.socket), 'listening')
  const waiting = { signal: AbortSignal.timeout(50) }
  const asking = askSupervisor(place.socket, { method: 'GET', path: '/status' }, waiting)
  await expect(asking).rejects.toMatchObject({
    code: 'SUPERVISE_CONTROL_FAILED',
    message: expect.stringContaining('kill -CONT'),
  })
})

test('an answer that is none is said to be one', async () => {
  await using place = await openPlace()
  await mkdir(dirname(place.socket), { mode: 0o700 })
  await using server = createServer((socket) => socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nno!'))
  await once(server.listen(place.socket), 'listening')
  const asking = askSupervisor(place.socket, { method: 'GET', path: '/status' }, LIMIT())
  await expect(asking).rejects.toMatchObject({ code: 'SUPERVISE_CONTROL_FAILED' })
})

const CONTROLLED: Controlled = {
  status: () => ({ stack: 'one', environment: 'development', services: [] }),
  restart: () => Promise.resolve(),
  requestStop: () => undefined,
}

async function openPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-control-'))
  const socket = join(folder, 'sockets', 'x.sock')
  return {
    folder,
    socket,
    async raw(text: string): Promise<string> {
      const client = connect(socket)
      client.end(text)
      const answer: Buffer[] = []
      for await (const chunk of client) answer.push(chunk)
      return Buffer.concat(answer).toString()
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
