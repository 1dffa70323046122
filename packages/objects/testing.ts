/** Real object stores on free ports, for tests of this and other packages. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import { startService } from '@portolan/service'
import pino from 'pino'
import { service } from './service.ts'

const execute = promisify(execFile)
const VERSITY_VERSION = '1.7.0'
const VERSITY_FOLDER = fileURLToPath(new URL(`../../.tmp/versitygw-${VERSITY_VERSION}`, import.meta.url))
const INSTALL_LIMIT_MS = 570_000
const START_LIMIT_MS = 20_000
const PORT_ATTEMPTS = 5

/** The secret that the test stores sign by. */
export const TEST_SECRET = 'a secret of at least 32 characters, for tests'

export interface TestObjects extends AsyncDisposable {
  /** What a service gets as OBJECTS_URL. */
  readonly url: string
  /** Where the service answers; as `publicOrigin`, browsers' URLs go straight there. */
  readonly origin: string
}

export interface TestObjectsOptions {
  /** Variables of the service beside PORT and OBJECTS_KEY; without DATA_FOLDER and S3_URL a temporary folder is used. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The object store service on a free port. Disposing ends it and its temporary folder. */
export async function openTestObjects({ environment = {} }: TestObjectsOptions = {}): Promise<TestObjects> {
  await using releasers = new AsyncDisposableStack()
  const isPlaced = 'DATA_FOLDER' in environment || 'S3_URL' in environment
  const place = isPlaced ? {} : { DATA_FOLDER: await temporaryFolder(releasers) }
  const variables = { PORT: '0', OBJECTS_KEY: TEST_SECRET, RESERVE_BYTES: '0', ...place, ...environment }
  const logger = pino({ level: 'silent' })
  const started = await startService(service, variables, { logger, signal: AbortSignal.timeout(START_LIMIT_MS) })
  releasers.use(started)
  const origin = `http://127.0.0.1:${started.addresses[0]?.port}`
  const held = releasers.move()
  const url = `${origin}?key=${encodeURIComponent(TEST_SECRET)}`
  return { origin, url, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

async function temporaryFolder(releasers: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-objects-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

/** A program, or why there is none. */
export type FoundProgram = { readonly command: string } | { readonly missing: string }

/** Versity's S3 gateway, installed by Go into the repository's `.tmp` when it is not there yet: that takes minutes. */
export async function findVersityGateway({ signal }: Waiting): Promise<FoundProgram> {
  const command = join(VERSITY_FOLDER, 'versitygw')
  if (existsSync(command)) return { command }
  await mkdir(VERSITY_FOLDER, { recursive: true })
  const name = `github.com/versity/versitygw/cmd/versitygw@v${VERSITY_VERSION}`
  const limit = AbortSignal.any([signal, AbortSignal.timeout(INSTALL_LIMIT_MS)])
  try {
    // By env(1): what Go needs of the environment is its own affair.
    await execute('env', [`GOBIN=${VERSITY_FOLDER}`, 'go', 'install', name], { signal: limit })
    return { command }
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' || exitCodeOf(cause) === 127) return { missing: 'Go is not installed' }
    return { missing: `"go install ${name}" failed: ${errorMessage(cause).slice(-500)}` }
  }
}

function exitCodeOf(cause: unknown): unknown {
  return Object(cause).code
}

/** A real S3 server in a temporary folder. */
export class TestS3 implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #folder: string

  constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child
    this.#folder = folder
    this.port = port
  }

  /** What the service gets as S3_URL. */
  bucketUrl(bucket: string, secret = 'secret'): string {
    return `s3://access:${secret}@127.0.0.1:${this.port}/${bucket}?tls=0&region=us-east-1`
  }

  /** What `openObjectStore` takes. */
  storeUrl(bucket: string, secret = 'secret'): string {
    return `${this.bucketUrl(bucket, secret)}&key=${encodeURIComponent(TEST_SECRET)}`
  }

  async createBucket(bucket: string): Promise<void> {
    const { CreateBucketCommand } = await import('@aws-sdk/client-s3')
    using client = await this.#openClient()
    await client.s3.send(new CreateBucketCommand({ Bucket: bucket }))
  }

  /** Uploads in parts that were begun and neither finished nor taken back. */
  async countUnfinishedUploads(bucket: string): Promise<number> {
    const { ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3')
    using client = await this.#openClient()
    const { Uploads: uploads = [] } = await client.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    return uploads.length
  }

  async #openClient() {
    const { S3Client } = await import('@aws-sdk/client-s3')
    const credentials = { accessKeyId: 'access', secretAccessKey: 'secret' }
    const endpoint = `http://127.0.0.1:${this.port}`
    const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
    return { s3, [Symbol.dispose]: () => s3.destroy() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child)
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** @param command of `findVersityGateway` */
export async function openTestS3(command: string): Promise<TestS3> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-s3-'))
  await mkdir(join(folder, 'data'))
  await mkdir(join(folder, 'sidecar'))
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const settings = ['--port', `127.0.0.1:${port}`, '--access', 'access', '--secret', 'secret', '--quiet', '--noacl']
    const place = ['posix', '--sidecar', join(folder, 'sidecar'), join(folder, 'data')]
    const child = spawn(command, [...settings, ...place], { stdio: ['ignore', 'ignore', 'inherit'] })
    const ended = new AbortController()
    child.once('exit', () => ended.abort())
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(START_LIMIT_MS)])
    const isUp = await takesConnections(port, { signal })
    if (isUp) return new TestS3(child, folder, port)
    await end(child)
    if (attempt === PORT_ATTEMPTS) throw new Error(`versitygw did not start in ${PORT_ATTEMPTS} attempts.`)
  }
}

/** @returns whether somebody takes connections there before the signal fires */
function takesConnections(port: number, { signal }: Waiting): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const look = () => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => undefined) // refused: it does not listen yet
    void promise.then(() => socket.destroy())
  }
  const timer = setInterval(look, 20)
  signal.addEventListener('abort', () => resolve(false), { once: true })
  return promise.finally(() => clearInterval(timer))
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has a port.')
  return address.port
}
