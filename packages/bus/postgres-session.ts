import { randomUUID } from 'node:crypto'
import { errorCode, isAppError, type Waiting } from '@portolan/errors'
import { type Connection, defineMigrations, migrate, openConnection, openPool } from '@portolan/postgres'
import { storeRefused, storeUnreachable, urlInvalid } from './errors.ts'
import { sql } from './migrations/0001-bus.ts'
import { formatNotice, type Notice, parseNotice, postgresChannel } from './postgres-notice.ts'
import * as repository from './postgres-repository.ts'
import { PostgresSweeper } from './postgres-sweeper.ts'
import { asError, type OpenSession, type OutgoingMessage, type Receiver, type Session } from './session.ts'
import { settleWithin } from './settle-within.ts'
import type { StoreBusSettings } from './store-bus.ts'
import { Turns } from './turns.ts'

const MIGRATIONS = defineMigrations('bus', [{ name: '0001-bus', sql }])
const STATEMENT_TIMEOUT_SHARE = 0.8
/** For all of the migration; a lock is waited for a minute at most. */
const PREPARE_LIMIT_MS = 90_000
const APPLICATION_NAME = 'portolan bus'

/** Faults of the way there; everything else (a failed migration, a lock) keeps its own code. */
const CONNECT_CODES = new Set([
  'POSTGRES_UNREACHABLE',
  'POSTGRES_LOGIN_REFUSED',
  'POSTGRES_DATABASE_UNKNOWN',
  'POSTGRES_DATABASE_FORBIDDEN',
  'POSTGRES_CONNECTIONS_EXHAUSTED',
  'POSTGRES_POOL_EXHAUSTED',
])

/** Migrates the database and gives the way to sessions with it. */
export async function preparePostgres(
  url: string,
  settings: StoreBusSettings,
  { signal }: Waiting,
): Promise<OpenSession> {
  const pooling = { sizeLimit: 1, applicationName: APPLICATION_NAME }
  try {
    await using pool = await openPool<unknown>(url, pooling, { signal })
    const migrating = migrate(pool, MIGRATIONS, { signal })
    const limitError = (): Error => new Error(`no answer within ${PREPARE_LIMIT_MS} ms`)
    // A server that falls silent in the middle answers no statement: then the pool is cut, not closed.
    await settleWithin(migrating, { limitMs: PREPARE_LIMIT_MS, signals: [signal], limitError }).catch(async (cause) => {
      await pool.destroy(cause)
      throw cause
    })
  } catch (cause) {
    signal.throwIfAborted()
    throw openFailure(cause)
  }
  return (receiver, waiting) => openPostgresSession(url, { receiver, settings }, waiting)
}

interface SessionOptions {
  readonly receiver: Receiver
  readonly settings: Pick<StoreBusSettings, 'callTimeoutMs' | 'logger'>
}

async function openPostgresSession(
  url: string,
  { receiver, settings }: SessionOptions,
  { signal }: Waiting,
): Promise<Session> {
  signal.throwIfAborted()
  const cutter = new AbortController()
  const cut = (): void => cutter.abort(signal.reason)
  signal.addEventListener('abort', cut, { once: true })
  try {
    const options = { signal: cutter.signal, applicationName: APPLICATION_NAME }
    const connection = await openConnection(url, options)
    const session = new PostgresSession(connection, { cutter, receiver, settings })
    // Earlier than we give up ourselves: the server's refusal says that nothing was done.
    const started = session.start(Math.ceil(settings.callTimeoutMs * STATEMENT_TIMEOUT_SHARE))
    const limitError = (): Error => new Error(`no answer within ${settings.callTimeoutMs} ms`)
    await settleWithin(started, { limitMs: settings.callTimeoutMs, signals: [signal], limitError })
    return session
  } catch (cause) {
    cutter.abort(cause)
    signal.throwIfAborted()
    throw openFailure(cause)
  } finally {
    signal.removeEventListener('abort', cut)
  }
}

function openFailure(cause: unknown): unknown {
  const code = errorCode(cause) ?? ''
  if (code === 'POSTGRES_URL_INVALID') return urlInvalid(asError(cause).message, cause)
  return CONNECT_CODES.has(code) || !isAppError(cause) ? storeUnreachable(cause) : cause
}

/**
 * One connection that listens and asks: PostgreSQL sends notifications between answers, and runs what is asked in
 * order. A statement that takes longer than a call may is ended by the server.
 */
class PostgresSession implements Session {
  readonly lost: Promise<Error>
  readonly #client: Connection['client']
  readonly #cutter: AbortController
  readonly #receiver: Receiver
  readonly #sweeper: PostgresSweeper
  /** The client takes one statement at a time. */
  readonly #turns = new Turns()
  #sequence = 0

  constructor(connection: Connection, { cutter, receiver, settings }: SessionOptions & { cutter: AbortController }) {
    const { client } = connection
    const lost = Promise.withResolvers<Error>()
    let reason = new Error('the connection ended')
    client.on('error', (error: Error) => {
      reason = error
    })
    client.once('end', () => lost.resolve(reason))
    client.on('notification', ({ payload }) => this.#receive(payload ?? ''))
    this.lost = lost.promise
    this.#client = client
    this.#cutter = cutter
    this.#receiver = receiver
    this.#sweeper = new PostgresSweeper(
      (rowLimit) => this.#turns.run(() => repository.sweep(client, rowLimit)),
      settings.logger,
    )
  }

  async start(statementTimeoutMs: number): Promise<void> {
    await this.#turns.run(() => repository.setStatementTimeout(this.#client, statementTimeoutMs))
    this.#sweeper.start(this.lost)
  }

  async listen(channels: readonly string[]): Promise<void> {
    if (channels.length > 0) await this.#ask(() => repository.listen(this.#client, channels.map(postgresChannel)))
  }

  unlisten(channel: string): Promise<void> {
    return this.#ask(() => repository.unlisten(this.#client, postgresChannel(channel)))
  }

  publish(messages: readonly OutgoingMessage[]): readonly Promise<void>[] {
    const outgoing = messages.map((message) => this.#noticeOf(message))
    const large = outgoing.flatMap(({ stored }) => (stored === undefined ? [] : [stored]))
    const published = this.#ask(() => repository.publish(this.#client, outgoing, large))
    return messages.map(() => published)
  }

  enter(room: string, member: string, ttlMs: number): Promise<void> {
    return this.#ask(() => repository.enter(this.#client, room, { member, ttlMs }))
  }

  leave(room: string, member: string): Promise<void> {
    return this.#ask(() => repository.leave(this.#client, room, member))
  }

  list(room: string): Promise<readonly string[]> {
    return this.#ask(() => repository.listMembers(this.#client, room))
  }

  count(...[key, limits]: Parameters<Session['count']>): ReturnType<Session['count']> {
    return this.#ask(() => repository.count(this.#client, key, limits))
  }

  reset(key: string): Promise<void> {
    return this.#ask(() => repository.resetCounter(this.#client, key))
  }

  check(): Promise<void> {
    return this.#turns.run(() => repository.ping(this.#client))
  }

  cut(cause: Error): void {
    this.#cutter.abort(cause)
  }

  async close({ signal }: Waiting): Promise<void> {
    const cut = (): void => this.cut(asError(signal.reason))
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) cut()
    void this.#client.end() // its end is what `lost` says
    await this.lost
    signal.removeEventListener('abort', cut)
  }

  async #ask<Result>(ask: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#turns.run(ask)
    } catch (cause) {
      if (!isAnswer(cause)) throw cause
      // A server that became a standby will not do it however often it is asked: look for the new primary.
      if (errorCode(cause) === '25006') this.cut(asError(cause))
      throw storeRefused(cause)
    }
  }

  #noticeOf({ channel, text }: OutgoingMessage): repository.Notification & { stored?: repository.LargeMessage } {
    const name = postgresChannel(channel)
    this.#sequence += 1
    const payload = formatNotice({ kind: 'inline', channel, text }, this.#sequence)
    if (payload !== undefined) return { name, payload }
    const id = randomUUID()
    const notice: Notice = { kind: 'stored', channel, id, sizeBytes: Buffer.byteLength(text) }
    // A name has 512 bytes at most, so this fits whatever has to be escaped in it.
    return { name, payload: formatNotice(notice, this.#sequence) ?? '', stored: { id, body: text } }
  }

  #receive(payload: string): void {
    const notice = parseNotice(payload)
    if (notice === undefined) {
      this.#receiver.receiveUnreadable('it is no notice of a bus of this version')
      return
    }
    const readText = (): Promise<string | undefined> | string =>
      notice.kind === 'inline' ? notice.text : this.#ask(() => repository.findLargeMessage(this.#client, notice.id))
    this.#receiver.receive({ channel: notice.channel, heldBytes: payload.length, readText })
  }
}

/** FATAL ends the session, which may be in the middle of it; ERROR says that nothing was done. */
function isAnswer(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'severity' in cause && cause.severity === 'ERROR'
}
