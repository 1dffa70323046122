import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import { portolan, startPortolanUp, type Variables } from './portolan-command.ts'
import type { StoryWorld } from './story-world.ts'

/** What clients saw while versions came and went. */
export interface TrafficOutcome {
  readonly requestCount: number
  /** Anything but an answer of 200. */
  readonly failures: readonly string[]
  /** In the order in which they were first seen, one after the other. */
  readonly versions: readonly string[]
}

interface Telling extends Waiting {
  readonly say: (line: string) => void
  readonly PATH: string
}

const NAMING = { project: 'storefront', environment: 'production' } as const
const LOOK_MS = 50

/**
 * A gateway from a stack file in front of a pair, and clients that never stop, while versions are deployed, promoted and
 * rolled back by `portolan slots`. Here something really listens, so the pair is one that is free on this machine.
 */
export async function deployUnderTraffic(world: StoryWorld, { say, PATH, signal }: Telling): Promise<TrafficOutcome> {
  await using releasers = new AsyncDisposableStack()
  const folder = path.join(world.folder, 'front')
  const { url, blue, env } = await prepare(world, folder, PATH)
  await world.door.call('port_register', { ...NAMING, host: 'app-server', blue, evenIfOutOfBand: true }, { signal })
  releasers.use(startPortolanUp(path.join(folder, 'portolan.yaml'), env))
  releasers.defer(() => clearSlots(env))
  const slots = (word: string, ...args: readonly string[]): Promise<string> =>
    portolan(['slots', word, NAMING.project, NAMING.environment, ...args], env)
  const deploy = (version: string, ...options: readonly string[]): Promise<string> => {
    const program = [process.execPath, path.join(folder, 'storefront.mjs'), version]
    return slots('deploy', version, '--here', '--health', '/health', ...options, '--', ...program)
  }
  await deploy('1.0.0')
  await untilServed(url, '1.0.0', { signal })
  await using clients = new Clients(url)
  for (const [words, act, version] of [
    ['slots deploy storefront production 2.0.0', () => deploy('2.0.0'), '2.0.0'],
    ['slots rollback storefront production', () => slots('rollback', '--health', '/health'), '1.0.0'],
    ['slots deploy … 3.0.0 --end-grace --no-promote', () => deploy('3.0.0', '--end-grace', '--no-promote'), '1.0.0'],
    ['slots promote storefront production', () => slots('promote'), '3.0.0'],
  ] as const) {
    say(`$ portolan ${words}`)
    await act()
    await untilServed(url, version, { signal })
    say(
      `  ${version} answers; ${clients.outcome.requestCount} requests so far, ${clients.outcome.failures.length} failed`,
    )
  }
  return await clients.stop()
}

async function prepare(world: StoryWorld, folder: string, PATH: string) {
  await mkdir(folder)
  const after = path.join(import.meta.dirname, 'after')
  const [port, blue] = [await freePort(), await freePair()]
  const text = await readFile(path.join(after, 'portolan.yaml'), 'utf8')
  await writeFile(path.join(folder, 'portolan.yaml'), text.replace('8080', String(port)))
  await copyFile(path.join(after, 'storefront.mjs'), path.join(folder, 'storefront.mjs'))
  const env: Variables = {
    PATH,
    HOME: folder,
    XDG_STATE_HOME: path.join(folder, 'state'),
    DOCKER_HOST: '',
    PORTOLAN_REGISTRY: world.url,
    PORTOLAN_REGISTRY_KEY: world.adminKey,
  }
  return { url: `http://127.0.0.1:${port}/`, blue, env }
}

/** Nothing of the story goes on running behind it. */
async function clearSlots(env: Variables): Promise<void> {
  const slots = (word: string, ...args: readonly string[]): Promise<string> =>
    portolan(['slots', word, NAMING.project, NAMING.environment, ...args], env)
  await slots('retire', '--grace', '0')
  for (const half of ['blue', 'green']) await slots('clear', half)
}

/** Ask again and again, with and without content, on connections that are kept. */
class Clients implements AsyncDisposable {
  readonly #url: string
  readonly #failures: string[] = []
  readonly #versions: string[] = []
  readonly #asking: readonly Promise<void>[]
  #requestCount = 0
  #isOver = false

  constructor(url: string) {
    this.#url = url
    this.#asking = [this.#ask({}), this.#ask({ method: 'POST', body: 'an order' }), this.#ask({})]
  }

  get outcome(): TrafficOutcome {
    return { requestCount: this.#requestCount, failures: this.#failures, versions: this.#versions }
  }

  async stop(): Promise<TrafficOutcome> {
    this.#isOver = true
    await Promise.all(this.#asking)
    return this.outcome
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #ask(init: RequestInit): Promise<void> {
    while (!this.#isOver) {
      try {
        const answer = await fetch(this.#url, init)
        this.#note(answer.status, await answer.text())
      } catch (error) {
        this.#failures.push(String(error))
      }
      await pause(1)
    }
  }

  #note(status: number, text: string): void {
    this.#requestCount += 1
    if (status !== 200) this.#failures.push(`${status} ${text}`)
    else if (this.#versions.at(-1) !== text) this.#versions.push(text)
  }
}

async function untilServed(url: string, version: string, { signal }: Waiting): Promise<void> {
  for (;;) {
    const answer = await fetch(url, { signal }).catch(() => undefined) // the gateway is being started
    if (answer?.ok === true && (await answer.text()) === version) return
    await pause(LOOK_MS, undefined, { signal })
  }
}

async function freePair(): Promise<number> {
  for (;;) {
    const port = await freePort()
    const blue = port - (port % 2)
    if ((await isFree(blue)) && (await isFree(blue + 1))) return blue
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer().once('error', () => resolve(false))
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  return promise
}
