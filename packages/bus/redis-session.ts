import { errorMessage, type Waiting } from '@portolan/errors'
import { createClient, ErrorReply } from 'redis'
import { storeRefused, storeUnreachable } from './errors.ts'
import { COUNTER_PREFIX } from './name.ts'
import { COUNT, ENTER, LIST, type RedisScript } from './redis-scripts.ts'
import { checkRedisUrl } from './redis-url.ts'
import { asError, type OpenSession, type OutgoingMessage, type Receiver, type Session } from './session.ts'
import { settleWithin } from './settle-within.ts'
import type { StoreBusSettings } from './store-bus.ts'
import { Turns } from './turns.ts'

const CONNECT_TIMEOUT_MS = 5_000

export function prepareRedis(url: string, { callTimeoutMs }: Pick<StoreBusSettings, 'callTimeoutMs'>): OpenSession {
  checkRedisUrl(url)
  return (receiver, waiting) => openRedisSession({ url, callTimeoutMs, receiver }, waiting)
}

interface SessionOptions {
  readonly url: string
  readonly callTimeoutMs: number
  readonly receiver: Receiver
}

type Client = ReturnType<typeof makeClient>

/**
 * RESP 3 lets one connection listen and ask (Redis 6 and later). The client's own reconnecting and queue are off: it
 * would resubscribe without telling anybody that messages are missing.
 */
function makeClient({ url, callTimeoutMs }: SessionOptions) {
  return createClient({
    url,
    RESP: 3,
    name: 'portolan-bus',
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    commandOptions: { timeout: callTimeoutMs },
    socket: { reconnectStrategy: false, connectTimeout: CONNECT_TIMEOUT_MS },
  })
}

async function openRedisSession(options: SessionOptions, { signal }: Waiting): Promise<Session> {
  signal.throwIfAborted()
  const client = makeClient(options)
  const session = new RedisSession(client, options.receiver)
  const limitError = (): Error => new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)
  try {
    await settleWithin(client.connect(), { limitMs: CONNECT_TIMEOUT_MS, signals: [signal], limitError })
    return session
  } catch (cause) {
    client.destroy()
    signal.throwIfAborted()
    throw storeUnreachable(cause)
  }
}

class RedisSession implements Session {
  readonly lost: Promise<Error>
  readonly #client: Client
  readonly #receive: (text: string, channel: string) => void
  readonly #ended = Promise.withResolvers<Error>()
  /**
   * One after the other: the client counts a channel as subscribed from the answer on, also when an unsubscribe for it
   * is already on its way.
   */
  readonly #subscribing = new Turns()

  constructor(client: Client, receiver: Receiver) {
    this.#client = client
    this.lost = this.#ended.promise
    // Without a reconnect strategy every error of the connection is its end.
    client.on('error', (error: Error) => this.#ended.resolve(error))
    client.on('end', () => this.#ended.resolve(new Error('the connection ended')))
    this.#receive = (text, channel) =>
      receiver.receive({ channel, heldBytes: Buffer.byteLength(text), readText: () => text })
  }

  listen(channels: readonly string[]): Promise<void> {
    if (channels.length === 0) return Promise.resolve()
    return this.#subscribing.run(() => this.#ask(this.#client.subscribe([...channels], this.#receive)))
  }

  unlisten(channel: string): Promise<void> {
    return this.#subscribing.run(() => this.#ask(this.#client.unsubscribe(channel, this.#receive)))
  }

  publish(messages: readonly OutgoingMessage[]): readonly Promise<void>[] {
    return messages.map(async ({ channel, text }) => {
      await this.#ask(this.#client.publish(channel, text))
    })
  }

  async enter(room: string, member: string, ttlMs: number): Promise<void> {
    await this.#run(ENTER, room, [member, String(ttlMs)])
  }

  async leave(room: string, member: string): Promise<void> {
    await this.#ask(this.#client.zRem(room, member))
  }

  async list(room: string): Promise<readonly string[]> {
    const reply = await this.#run(LIST, room, [])
    return Array.isArray(reply) ? reply.map(String) : []
  }

  async count(...[key, { windowMs, limit }]: Parameters<Session['count']>): ReturnType<Session['count']> {
    const reply = await this.#run(COUNT, COUNTER_PREFIX + key, [String(windowMs), String(limit)])
    const [count = 0, isOver = 0, retryAfterMs = 0] = Array.isArray(reply) ? reply.map(Number) : []
    return { count, isOver: isOver === 1, retryAfterMs }
  }

  async reset(key: string): Promise<void> {
    await this.#ask(this.#client.del(COUNTER_PREFIX + key))
  }

  async check(): Promise<void> {
    await this.#client.ping()
  }

  cut(cause: Error): void {
    this.#ended.resolve(cause)
    this.#client.destroy()
  }

  async close({ signal }: Waiting): Promise<void> {
    const cut = (): void => this.cut(asError(signal.reason))
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) cut()
    else if (this.#client.isOpen) await this.#client.close()
    this.#ended.resolve(new Error('the connection was closed'))
    signal.removeEventListener('abort', cut)
  }

  async #run({ sha, text }: RedisScript, key: string, values: readonly string[]): Promise<unknown> {
    const tail = ['1', key, ...values]
    try {
      return await this.#client.sendCommand<unknown>(['EVALSHA', sha, ...tail])
    } catch (cause) {
      if (!errorMessage(cause).startsWith('NOSCRIPT')) throw this.#failure(cause)
    }
    return this.#ask(this.#client.sendCommand<unknown>(['EVAL', text, ...tail]))
  }

  async #ask<Result>(asked: Promise<Result>): Promise<Result> {
    try {
      return await asked
    } catch (cause) {
      throw this.#failure(cause)
    }
  }

  #failure(cause: unknown): unknown {
    if (!(cause instanceof ErrorReply)) return cause
    // A server that became a replica will not do it however often it is asked: look for the new primary.
    if (cause.message.startsWith('READONLY')) this.cut(cause)
    return storeRefused(cause)
  }
}
