import { setTimeout as delay } from 'node:timers/promises'
import { type AppError, errorMessage, type Waiting } from '@portolan/errors'
import type { GapHandler, GapReason, JsonValue, MessageHandler } from './bus.ts'
import { handlerFailed, messageLost } from './errors.ts'
import { parseMessage } from './message.ts'
import { reconnectDelayMs } from './reconnect-delay.ts'
import type { IncomingMessage } from './session.ts'

export interface MailboxOptions {
  readonly channel: string
  readonly handler: MessageHandler
  readonly onGap: GapHandler
  readonly messageLimit: number
  readonly heldLimitBytes: number
  readonly report: (error: AppError) => void
}

type Item =
  | { readonly type: 'message'; readonly message: IncomingMessage }
  | { readonly type: 'gap'; readonly reason: GapReason }

/**
 * What one subscriber has still to see, in order and bounded: when it is too slow, everything that waits is replaced
 * by one gap.
 */
export class Mailbox {
  readonly #options: MailboxOptions
  readonly #destroyed = new AbortController()
  readonly #closed = new AbortController()
  #items: Item[] = []
  #heldBytes = 0
  #working: Promise<void> | undefined

  constructor(options: MailboxOptions) {
    this.#options = options
  }

  get channel(): string {
    return this.#options.channel
  }

  put(message: IncomingMessage): void {
    if (this.#closed.signal.aborted) return
    const { messageLimit, heldLimitBytes } = this.#options
    if (this.#items.length >= messageLimit || this.#heldBytes + message.heldBytes > heldLimitBytes) {
      this.#items = []
      this.#heldBytes = 0
      // This message goes as well: it may be larger than all that is allowed.
      this.putGap('overflow')
      return
    }
    this.#items.push({ type: 'message', message })
    this.#heldBytes += message.heldBytes
    this.#work()
  }

  /** Two gaps with nothing between them are one. */
  putGap(reason: GapReason): void {
    if (this.#closed.signal.aborted || this.#items.at(-1)?.type === 'gap') return
    this.#items.push({ type: 'gap', reason })
    this.#work()
  }

  /** Nothing more is begun; waits for the handler that runs, until the signal fires. */
  async close({ signal }: Waiting): Promise<void> {
    this.#closed.abort()
    this.#items = []
    const cut = (): void => this.destroy(signal.reason)
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) cut()
    await Promise.race([this.#working, aborted(this.#destroyed.signal)])
    signal.removeEventListener('abort', cut)
  }

  /** Tells the handler that runs by its signal, and does not wait for it. */
  destroy(cause: unknown): void {
    this.#closed.abort()
    this.#items = []
    this.#destroyed.abort(cause)
  }

  #work(): void {
    this.#working ??= this.#empty()
  }

  async #empty(): Promise<void> {
    await Promise.resolve() // so that #working is set before it is cleared
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      if (item.type === 'gap') await this.#tellGap(item.reason)
      else await this.#tellMessage(item.message)
    }
    this.#working = undefined // in the same turn as the last look, or what comes between would lie there
  }

  async #tellMessage(message: IncomingMessage): Promise<void> {
    this.#heldBytes = Math.max(0, this.#heldBytes - message.heldBytes)
    const read = await this.#read(message)
    if (this.#closed.signal.aborted) return
    if (read === undefined) return this.#tellGap('message-lost')
    const { channel, handler, report } = this.#options
    try {
      await handler(read.value, { channel, signal: this.#destroyed.signal })
    } catch (cause) {
      report(handlerFailed(channel, 'handler', cause))
    }
  }

  async #read(message: IncomingMessage): Promise<{ readonly value: JsonValue } | undefined> {
    const { channel, report } = this.#options
    try {
      const text = await message.readText()
      if (text !== undefined) return { value: parseMessage(text) }
      report(messageLost(channel, 'the store has thrown it away already'))
    } catch (cause) {
      report(messageLost(channel, errorMessage(cause), cause))
    }
    return undefined
  }

  async #tellGap(reason: GapReason): Promise<void> {
    const { channel, onGap, report } = this.#options
    const { signal } = this.#destroyed
    for (let attempt = 0; !this.#closed.signal.aborted; attempt += 1) {
      try {
        await onGap({ channel, reason }, { signal })
        return
      } catch (cause) {
        report(handlerFailed(channel, 'onGap', cause))
      }
      const wait = delay(reconnectDelayMs(attempt, Math.random()), undefined, { signal: this.#closed.signal })
      await wait.catch(() => undefined) // closed: the loop's condition says it
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  const fired = Promise.withResolvers<void>()
  if (signal.aborted) fired.resolve()
  else signal.addEventListener('abort', () => fired.resolve(), { once: true })
  return fired.promise
}
