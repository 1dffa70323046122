import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseUrl, prepareEmbeddedPostgres, provisionDatabases } from '@portolan/postgres'
import { freePort, spawnUntilReady } from '@portolan/postgres/testing'

const LIMIT_MS = 60_000

/** The embedded server as the product runs it, with every commit on disk; in a folder of its own. */
export class DurablePostgres implements AsyncDisposable {
  readonly #folder: string
  readonly #port: number
  #child: ChildProcess | undefined
  #adminUrl = ''

  constructor(folder: string, port: number) {
    this.#folder = folder
    this.#port = port
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  async start(): Promise<void> {
    const options = { dataFolder: join(this.#folder, 'data'), address: '127.0.0.1', port: this.#port }
    const server = await prepareEmbeddedPostgres(options, { signal: AbortSignal.timeout(LIMIT_MS) })
    this.#adminUrl = server.adminUrl
    this.#child = await spawnUntilReady(server)
  }

  /** As a power cut would end it, but for the disk's own cache. */
  async stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  /** @returns the URL of a new database */
  async addDatabase(database: string): Promise<string> {
    const declared = { database, role: database, password: 'bench' }
    await provisionDatabases(this.#adminUrl, [declared], { signal: AbortSignal.timeout(LIMIT_MS) })
    return databaseUrl(this.#adminUrl, declared)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGINT')
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

export async function openDurablePostgres(): Promise<DurablePostgres> {
  const server = new DurablePostgres(await mkdtemp(join(tmpdir(), 'portolan-bench-')), await freePort())
  await server.start()
  return server
}
