import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { escapeIdentifier } from 'pg'
import { openConnection } from './connection.ts'
import { type EmbeddedPostgres, prepareEmbeddedPostgres } from './embedded.ts'
import type { DatabaseDeclaration } from './names.ts'
import { databaseUrl } from './postgres-url.ts'
import { provisionDatabases } from './provision.ts'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 10_000
const PORT_ATTEMPTS = 5

/**
 * Speed over durability: a test's data may be lost with the machine, though not with a killed server. So
 * synchronous_commit stays on: without it the last commits are still in the server's own memory.
 */
const TEST_SETTINGS = { fsync: 'off', full_page_writes: 'off' } as const

/** A real embedded server in a temporary folder; one for a test file. Disposing ends the process and the folder. */
export class TestPostgres implements AsyncDisposable {
  readonly dataFolder: string
  readonly port: number
  readonly #folder: string
  #description: EmbeddedPostgres | undefined
  #child: ChildProcess | undefined

  constructor(folder: string, port: number) {
    this.#folder = folder
    this.dataFolder = join(folder, 'data')
    this.port = port
  }

  get adminUrl(): string {
    return this.#running().description.adminUrl
  }

  get pid(): number {
    return this.#running().child.pid ?? 0
  }

  /** Resolves when the server takes connections. */
  async start(): Promise<void> {
    const signal = AbortSignal.timeout(START_LIMIT_MS)
    const { dataFolder, port } = this
    const options = { dataFolder, port, address: '127.0.0.1', settings: TEST_SETTINGS, isDurable: false }
    this.#description = await prepareEmbeddedPostgres(options, { signal })
    this.#child = await spawnUntilReady(this.#description)
  }

  /** Ends the server: SIGINT as the supervisor does, SIGKILL as a disaster does. */
  async stop(stopSignal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(stopSignal)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    await exited
    clearTimeout(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }

  #running(): { readonly description: EmbeddedPostgres; readonly child: ChildProcess } {
    if (this.#description === undefined || this.#child === undefined) throw new Error('The test server is not running.')
    return { description: this.#description, child: this.#child }
  }
}

/** Opens a server on a free port; another program may take the port before the server does, so it tries some. */
export async function openTestPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-postgres-'))
  for (let attempt = 1; ; attempt += 1) {
    const server = new TestPostgres(folder, await freePort())
    try {
      await server.start()
      return server
    } catch (error) {
      const isPortTaken = error instanceof Error && error.message.includes('Address already in use')
      if (isPortTaken && attempt < PORT_ATTEMPTS) continue
      await server[Symbol.asyncDispose]()
      throw error
    }
  }
}

/** Spawns a prepared server as a supervisor would, and waits for its word that it is ready. */
export async function spawnUntilReady(description: EmbeddedPostgres): Promise<ChildProcess> {
  const { command, args, workingFolder, environment, uid, gid } = description
  const account = uid === undefined || gid === undefined ? {} : { uid, gid }
  const options = { cwd: workingFolder, env: { ...environment }, ...account }
  const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const output: string[] = []
  const ready = Promise.withResolvers<void>()
  child.once('error', ready.reject)
  const lines = createInterface({ input: child.stderr })
  lines.on('line', (line) => {
    output.push(line)
    if (line.includes('database system is ready to accept connections')) ready.resolve()
  })
  lines.once('close', () => ready.reject(new Error(`The server ended before it was ready:\n${output.join('\n')}`)))
  await ready.promise
  return child
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.')
  return address.port
}

/** A fresh database with a role of its own. */
export interface TestDatabase extends DatabaseDeclaration, AsyncDisposable {
  readonly url: string
}

export interface TestDatabaseOptions {
  /** Migrated once, then copied for every test: it shares its role, and nobody may be connected to it meanwhile. */
  readonly template?: TestDatabase
}

export async function openTestDatabase(
  server: TestPostgres,
  { template }: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const { adminUrl } = server
  const database = `test_${randomBytes(6).toString('hex')}`
  const password = template?.password ?? randomBytes(12).toString('hex')
  const declared = { database, role: template?.role ?? database, password }
  if (template !== undefined) {
    const names = { database: escapeIdentifier(database), role: escapeIdentifier(declared.role) }
    const source = escapeIdentifier(template.database)
    await administer(adminUrl, [`create database ${names.database} template ${source} owner ${names.role}`])
  }
  await provisionDatabases(adminUrl, [declared], { signal: AbortSignal.timeout(START_LIMIT_MS) })
  const drops = [`drop database ${escapeIdentifier(database)} with (force)`]
  if (template === undefined) drops.push(`drop role ${escapeIdentifier(declared.role)}`)
  return {
    ...declared,
    url: databaseUrl(adminUrl, declared),
    [Symbol.asyncDispose]: () => administer(adminUrl, drops),
  }
}

async function administer(adminUrl: string, statements: readonly string[]): Promise<void> {
  await using connection = await openConnection(adminUrl, { signal: AbortSignal.timeout(START_LIMIT_MS) })
  for (const statement of statements) await connection.client.query(statement)
}
