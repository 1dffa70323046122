import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { RemoteDoor } from '@portolan/operations'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

const MAIN = new URL('./main.ts', import.meta.url).pathname
const KEY = 'an-admin-key-of-more-than-32-characters'
const NEED = { project: 'worb', environment: 'production' } as const

interface Line {
  readonly msg: string
  readonly code?: string
  readonly addresses?: readonly { readonly port: number }[]
}

/** The registry as a process of its own. */
class RegistryProcess implements AsyncDisposable {
  readonly lines: Line[] = []
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(environment: Readonly<Record<string, string>>) {
    const env = { PATH: process.env.PATH ?? '', PORT: '0', ...environment }
    this.#child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#exited = once(this.#child, 'exit')
    const { stdout } = this.#child
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.lines.push(JSON.parse(line)))
  }

  async door(): Promise<RemoteDoor> {
    const running = () => this.lines.find(({ msg }) => msg === 'running')?.addresses?.[0]?.port
    await expect.poll(running).toBeGreaterThan(0)
    return new RemoteDoor({ url: `http://127.0.0.1:${running() ?? 0}`, key: KEY })
  }

  async end(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    await this.#exited
    return this.#child.exitCode
  }

  async exited(): Promise<number | null> {
    await this.#exited
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-registry-server-'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

function waiting(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(10_000) }
}

const SETTINGS = `
hosts:
  seoul-1: { addresses: [192.0.2.1] }
bands:
  production: { app: 7000-7003 }
blocked: [{ ports: 7000, because: the old balancer }]
`

test('it serves what its settings declare, ends by SIGTERM, and declares nothing twice', async () => {
  await using database = await openTestDatabase(server)
  await using place = await openFolder()
  const path = join(place.folder, 'registry.yaml')
  await writeFile(path, SETTINGS)
  const environment = { DATABASE_URL: database.url, REGISTRY_SETTINGS: path, REGISTRY_ADMIN_KEY: KEY }
  await using first = new RegistryProcess(environment)
  const door = await first.door()
  expect(await door.call('port_allocate', { ...NEED, explain: true }, waiting())).toMatchObject({
    blue: 7002,
    skips: [{ reason: 'blocked', because: ['the old balancer'] }],
  })
  const before = await door.call('port_history', {}, waiting())
  expect(await first.end()).toBe(0)
  await using second = new RegistryProcess(environment)
  const again = await second.door()
  expect(await again.call('port_get', NEED, waiting())).toMatchObject({ blue: 7002 })
  expect(await again.call('port_history', {}, waiting())).toEqual(before)
  await writeFile(path, SETTINGS.replace('7000-7003', '7000-7009'))
  await using third = new RegistryProcess(environment)
  expect((await (await third.door()).call('band_list', {}, waiting())).bands).toMatchObject([{ ports: '7000-7009' }])
  expect(JSON.stringify([first.lines, second.lines])).not.toContain(KEY)
})

test('a settings file with faults stops it in one line', async () => {
  await using database = await openTestDatabase(server)
  await using place = await openFolder()
  const path = join(place.folder, 'registry.yaml')
  const environment = { DATABASE_URL: database.url, REGISTRY_SETTINGS: path }
  await using unread = new RegistryProcess(environment)
  expect(await unread.exited()).toBe(1)
  expect(unread.lines.at(-1)).toMatchObject({ code: 'REGISTRY_SERVER_SETTINGS_UNREADABLE' })
  await writeFile(path, 'hosts:\n  seoul-1: { kernal: true }\n')
  await using broken = new RegistryProcess(environment)
  expect(await broken.exited()).toBe(1)
  expect(broken.lines.at(-1)).toMatchObject({
    code: 'REGISTRY_SERVER_SETTINGS_INVALID',
    msg: expect.stringContaining(`${path}:2:14 "hosts.seoul-1.kernal"`),
  })
})

test('without any key of an admin it says so, and a short one is refused', async () => {
  await using database = await openTestDatabase(server)
  await using keyless = new RegistryProcess({ DATABASE_URL: database.url })
  await keyless.door()
  expect(keyless.lines.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('REGISTRY_ADMIN_KEY'))
  await using short = new RegistryProcess({ DATABASE_URL: database.url, REGISTRY_ADMIN_KEY: 'short' })
  expect(await short.exited()).toBe(1)
  expect(short.lines.at(-1)).toMatchObject({ code: 'SERVICE_ENVIRONMENT_INVALID' })
})
