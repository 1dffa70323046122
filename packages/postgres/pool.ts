import { Socket } from 'node:net'
import { isAppError, type Waiting } from '@portolan/errors'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Client, type ClientConfig, type PoolClient, Pool as Sessions } from 'pg'
import { asError, CONNECT_TIMEOUT_MS, clientConfig } from './connection.ts'
import { connectionFailure } from './connection-failure.ts'
import { poolClosed, poolExhausted } from './errors.ts'
import { type PostgresUrl, parsePostgresUrl } from './postgres-url.ts'

export interface PoolOptions {
  /** The most connections at a time; 10 unless said otherwise. All pools of a server share its max_connections. */
  readonly sizeLimit?: number
  /** For a connection to become usable or free. */
  readonly connectTimeoutMs?: number
  /** A connection that long without work is closed. */
  readonly idleTimeoutMs?: number
  /** The server ends a statement that runs longer; no limit unless said otherwise. */
  readonly statementTimeoutMs?: number
  /**
   * A connection that is in use is cut when nothing moves on it for so long: its server is gone and could not say so,
   * as where a network ends between them. Two seconds more than a statement may take unless said otherwise; no limit
   * where neither is said.
   */
  readonly silenceTimeoutMs?: number
  /** What `pg_stat_activity` shows; the URL's own `application_name` wins. */
  readonly applicationName?: string
  /** Told of an idle connection that was lost, such as by a restart of the server; the pool replaces it by itself. */
  readonly onConnectionLost?: (error: Error) => void
}

const DEFAULTS = {
  sizeLimit: 10,
  connectTimeoutMs: CONNECT_TIMEOUT_MS,
  idleTimeoutMs: 30_000,
  applicationName: 'portolan',
} as const satisfies PoolOptions

const CLOSE_GRACE_MS = 5_000
/** The server ends a long statement by itself, and its word of that is on the way. */
const SILENCE_GRACE_MS = 2_000

/**
 * Opens a bounded pool and verifies by a first query that it works.
 * @throws POSTGRES_URL_INVALID, POSTGRES_UNREACHABLE, POSTGRES_LOGIN_REFUSED, POSTGRES_DATABASE_UNKNOWN,
 *   POSTGRES_DATABASE_FORBIDDEN, POSTGRES_CONNECTIONS_EXHAUSTED
 */
export async function openPool<Schema>(url: string, options: PoolOptions, { signal }: Waiting): Promise<Pool<Schema>> {
  signal.throwIfAborted()
  const target = parsePostgresUrl(url)
  const settings = { ...DEFAULTS, ...options }
  const config = await clientConfig(target, settings.applicationName)
  signal.throwIfAborted() // it may have fired while the configuration was read, before anybody listens
  const pool = new Pool<Schema>(target, settings, config)
  const cut = (): void => {
    void pool.destroy(signal.reason) // the query below rejects, and its handler awaits the same promise
  }
  signal.addEventListener('abort', cut, { once: true })
  try {
    await sql`select 1`.execute(pool.db)
    return pool
  } catch (cause) {
    await pool.destroy(cause)
    signal.throwIfAborted()
    throw isAppError(cause) && cause.code.startsWith('POSTGRES_') ? cause : connectionFailure(target, cause)
  } finally {
    signal.removeEventListener('abort', cut)
  }
}

type PoolSettings = Required<Pick<PoolOptions, keyof typeof DEFAULTS>> & PoolOptions

/**
 * Connections to one database. Survives restarts of the server: what runs at that moment fails, what comes after gets
 * fresh connections. New work after `close` or `destroy` fails with POSTGRES_POOL_CLOSED.
 */
export class Pool<Schema> implements AsyncDisposable {
  readonly db: Kysely<Schema>
  readonly #target: PostgresUrl
  readonly #settings: PoolSettings
  readonly #sessions: Sessions
  readonly #dialect: PostgresDialect
  readonly #sockets = new Set<Socket>()
  readonly #handedOut = new Set<PoolClient>()
  readonly #quiet = Promise.withResolvers<void>()
  #connectingCount = 0
  #isOpen = true
  #destroyCause: Error | undefined
  #ending: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #destroying: Promise<void> | undefined

  /** Use openPool, which also verifies the connection. */
  constructor(target: PostgresUrl, settings: PoolSettings, config: ClientConfig) {
    this.#target = target
    this.#settings = settings
    this.#sessions = new Sessions({
      ...config,
      max: settings.sizeLimit,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      idleTimeoutMillis: settings.idleTimeoutMs,
      ...(settings.statementTimeoutMs === undefined ? {} : { statement_timeout: settings.statementTimeoutMs }),
      stream: () => this.#openSocket(),
    })
    this.#listen()
    // Kysely's own end of life goes through the same doors as ours.
    this.#dialect = new PostgresDialect({
      pool: { connect: () => this.#connect(), end: () => this[Symbol.asyncDispose]() },
    })
    this.db = this.dbFor<Schema>()
  }

  /** The same connections seen with other tables: for a package that keeps its own in a service's database. */
  dbFor<Tables>(): Kysely<Tables> {
    return new Kysely<Tables>({ dialect: this.#dialect })
  }

  /** Lets work under way end, including what waits for a connection; when the signal fires, destroys. */
  close({ signal }: Waiting): Promise<void> {
    this.#closing ??= this.#closeWithin(signal)
    return this.#closing
  }

  /** Cuts every connection: what runs rejects with the cause. */
  destroy(cause: unknown): Promise<void> {
    this.#destroying ??= this.#cut(asError(cause))
    return this.#destroying
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(CLOSE_GRACE_MS) })
  }

  async #closeWithin(signal: AbortSignal): Promise<void> {
    const cut = (): void => {
      void this.destroy(signal.reason) // it settles the promises that are awaited below, and does not reject
    }
    this.#isOpen = false
    this.#settleWhenQuiet()
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) cut()
    try {
      await this.#quiet.promise
      if (this.#destroying === undefined) await this.#end()
      await this.#socketsClosed()
    } finally {
      signal.removeEventListener('abort', cut)
    }
  }

  async #cut(cause: Error): Promise<void> {
    this.#isOpen = false
    this.#destroyCause = cause
    for (const socket of this.#sockets) socket.destroy(cause)
    await this.#socketsClosed()
    // Resolves only when all borrowers have given back their dead connections, which is theirs to do.
    void this.#end()
    this.#quiet.resolve()
  }

  #end(): Promise<void> {
    this.#ending ??= this.#sessions.end()
    return this.#ending
  }

  /** pg's end resolves when it has said goodbye; the sockets close a little later. */
  async #socketsClosed(): Promise<void> {
    while (this.#sockets.size > 0) {
      // Not events.once, which rejects at an 'error': the cause that a socket is destroyed with is one.
      await Promise.all([...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    }
  }

  #openSocket(): Socket {
    const socket = new Socket()
    socket.on('timeout', () => socket.destroy(this.#silence()))
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const cause = this.#destroyCause
    // Who still waited in the queue gets a socket of its own now: end it as soon as pg has begun to connect it.
    if (cause !== undefined) queueMicrotask(() => socket.destroy(cause))
    return socket
  }

  #listen(): void {
    this.#sessions.on('error', (error) => this.#settings.onConnectionLost?.(error))
    this.#sessions.on('connect', (client) => {
      // pg-pool listens only while a connection is idle. Lost between two statements of a transaction, it would end
      // the process; so the next statement says it.
      client.on('error', () => undefined)
    })
    this.#sessions.on('acquire', (client) => socketOf(client)?.setTimeout(this.#silenceMs()))
    this.#sessions.on('release', (_error, client) => {
      socketOf(client)?.setTimeout(0)
      this.#handedOut.delete(client)
      this.#settleWhenQuiet()
    })
  }

  async #connect(): Promise<PoolClient> {
    if (!this.#isOpen) throw poolClosed()
    this.#connectingCount += 1
    try {
      const client = await this.#sessions.connect()
      if (this.#destroyCause !== undefined) {
        client.release(true)
        throw this.#destroyCause
      }
      this.#handedOut.add(client)
      return client
    } catch (cause) {
      throw this.#destroyCause ?? this.#connectFailure(cause)
    } finally {
      this.#connectingCount -= 1
      this.#settleWhenQuiet()
    }
  }

  /** 0 is no limit, as for a socket. */
  #silenceMs(): number {
    const { silenceTimeoutMs, statementTimeoutMs } = this.#settings
    return silenceTimeoutMs ?? (statementTimeoutMs === undefined ? 0 : statementTimeoutMs + SILENCE_GRACE_MS)
  }

  #silence(): Error {
    return connectionFailure(this.#target, new Error(`no answer within ${this.#silenceMs()} ms`))
  }

  #connectFailure(cause: unknown): Error {
    const { sizeLimit, connectTimeoutMs } = this.#settings
    const hasWaited = cause instanceof Error && cause.message === 'timeout exceeded when trying to connect'
    if (hasWaited) return poolExhausted({ sizeLimit, waitedMs: connectTimeoutMs, cause })
    return connectionFailure(this.#target, cause)
  }

  #settleWhenQuiet(): void {
    if (!this.#isOpen && this.#connectingCount === 0 && this.#handedOut.size === 0) this.#quiet.resolve()
  }
}

/** The socket that `#openSocket` made for a connection. */
function socketOf(client: PoolClient): Socket | undefined {
  const stream = client instanceof Client ? client.connection.stream : undefined
  return stream instanceof Socket ? stream : undefined
}
