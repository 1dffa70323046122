import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const postgres = await openTestPostgres()
afterAll(() => postgres[Symbol.asyncDispose]())

test('this machine’s registry is brought up, asked without further words, kept over a stop, and taken down', async () => {
  await using home = await openFolder()
  const run = (...args: readonly string[]) => runCli(args, { environment: { XDG_STATE_HOME: home.folder } })
  const folder = path.join(home.folder, 'portolan', 'registry')
  expect(await run('registry', 'status')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('CLI_REGISTRY_UNKNOWN'),
  })
  try {
    // Of two that begin in one moment one starts it, and both mean the same.
    const runs = await Promise.all([run('registry', 'up'), run('registry', 'up')])
    const isUp = (words: string) => ({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining(`The registry ${words} at http://127.0.0.1:`),
    })
    const [again, up] = runs.toSorted(
      (a, b) => Number(b.stdout.includes(' already')) - Number(a.stdout.includes(' already')),
    )
    expect(up).toMatchObject(isUp('answers'))
    expect(again).toMatchObject(isUp('is up already, and answers'))
    expect(await run('registry', 'up')).toMatchObject(isUp('is up already, and answers'))
    expect((await stat(path.join(folder, 'access.json'))).mode & 0o777).toBe(0o600)
    expect(await readFile(path.join(folder, 'portolan.yaml'), 'utf8')).not.toContain('pk_')
    const status = JSON.parse((await run('registry', 'status', '--json')).stdout)
    expect(status).toMatchObject({
      success: true,
      isOwn: true,
      hosts: [{ observers: expect.arrayContaining(['kernel']) }],
    })
    expect(await run('ports', 'allocate', 'worb', 'production')).toMatchObject({ exitCode: 0 })
    expect(await run('registry', 'down')).toMatchObject({ exitCode: 0, stdout: 'The registry is stopped.\n' })
    const access = path.join(folder, 'access.json')
    const { url } = JSON.parse(await readFile(access, 'utf8'))
    {
      // While it is down its port is anybody's: whoever listens there hears nothing.
      await using stranger = await openStranger(Number(new URL(url).port))
      const down = await run('ports', 'list')
      expect(down).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('CLI_REGISTRY_DOWN') })
      const again = await run('registry', 'up')
      expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Something else listens on') })
      expect(stranger.heard).toEqual([])
    }
    const now = JSON.parse(await readFile(access, 'utf8'))
    expect([now.url === url, now.key]).toEqual([false, expect.stringMatching(/^pk_/)])
    const { port } = new URL(now.url)
    expect(await readFile(path.join(folder, 'portolan.yaml'), 'utf8')).toContain(`port: ${port}, reach: loopback`)
    const list = await run('ports', 'list')
    expect(list.stdout).toContain('worb')
    expect(list.stdout).toMatch(new RegExp(`^${port} +portolan-registry`, 'm'))
    expect((await run('ports', 'sync', '--all')).stdout).not.toMatch(new RegExp(`${port} is open`))
    await chmod(access, 0o666)
    for (const words of [
      ['ports', 'list'],
      ['registry', 'up'],
      ['registry', 'down'],
    ]) {
      expect(await run(...words)).toMatchObject({ stderr: expect.stringContaining('CLI_REGISTRY_NOT_PRIVATE') })
    }
    await chmod(access, 0o600)
  } finally {
    await run('registry', 'down')
  }
}, 90_000)

test('each fault of its settings is told in a line of its own, and nothing is started', async () => {
  await using home = await openFolder()
  const folder = path.join(home.folder, 'portolan', 'registry')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path.join(folder, 'registry.yaml'), 'hosts:\n  vm:\n    kernal: true\n    engine: []\n', {
    mode: 0o600,
  })
  const { exitCode, stderr } = await runCli(['registry', 'up'], { environment: { XDG_STATE_HOME: home.folder } })
  expect(exitCode).toBe(2)
  expect(stderr.split('\n').slice(1, 3)).toEqual([
    'registry.yaml:3:5 hosts.vm.kernal has to be left out: it is not known here',
    'registry.yaml:4:5 hosts.vm.engine has to be left out: it is not known here',
  ])
})

/** Another user's program on a port that was the registry's. */
async function openStranger(port: number) {
  const heard: string[] = []
  const server = createServer((socket) => socket.on('data', (data) => heard.push(String(data))))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { heard, [Symbol.asyncDispose]: close }
}

test('serve says every variable that is missing', async () => {
  const { exitCode, stderr, stdout } = await runCli(['registry', 'serve'])
  expect([exitCode, stdout + stderr]).toEqual([expect.any(Number), expect.stringContaining('DATABASE_URL')])
  expect(exitCode).not.toBe(0)
})

test('serve takes a database that is there', async () => {
  await using database = await openTestDatabase(postgres)
  const environment = { DATABASE_URL: database.url, PORT: '0', REGISTRY_ADMIN_KEY: 'k'.repeat(40) }
  await using serving = await startServing(environment)
  const answer = await fetch(`${serving.url}/api/band/list`, {
    method: 'POST',
    headers: { 'x-api-key': 'k'.repeat(40) },
    body: '{}',
  })
  expect(await answer.json()).toMatchObject({ success: true, bands: expect.any(Array) })
})

async function startServing(environment: Readonly<Record<string, string>>) {
  const args = [fileURLToPath(new URL('../main.ts', import.meta.url)), 'registry', 'serve']
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const url = await new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const port = /127\.0\.0\.1:(\d+)|"port":(\d+)/.exec(line)
      if (port !== null) resolve(`http://127.0.0.1:${port[1] ?? port[2]}`)
    })
  })
  const end = async () => {
    child.kill('SIGTERM')
    await exited
  }
  return { url, [Symbol.asyncDispose]: end }
}
