import type { AppError } from '@portolan/errors'
import type { CallOptions } from './bus.ts'
import { busDisconnected, callFailure, outcomeUnknown, queueFull } from './errors.ts'
import type { Link } from './link.ts'
import type { OutgoingMessage } from './session.ts'
import { settleWithin } from './settle-within.ts'

interface Outgoing extends OutgoingMessage {
  readonly sizeBytes: number
  readonly published: PromiseWithResolvers<void>
}

export interface OutboxOptions {
  readonly messageLimit: number
  readonly heldLimitBytes: number
  readonly callTimeoutMs: number
  /** Fires when the bus is destroyed. */
  readonly destroyed: AbortSignal
}

/** A batch is one statement or one write; more in one would make the store's answer late. */
const BATCH = { messageLimit: 200, limitBytes: 2_097_152 } as const

/**
 * The messages that wait to be sent, in the order of the calls: one batch at a time, so that neither a slow store nor
 * a new connection changes it. Bounded in number and bytes, each message by its own time.
 */
export class Outbox {
  readonly #link: Link
  readonly #options: OutboxOptions
  readonly #waiting = new Set<Outgoing>()
  #heldBytes = 0
  #isSending = false

  constructor(link: Link, options: OutboxOptions) {
    this.#link = link
    this.#options = options
  }

  async send({ channel, text }: OutgoingMessage, { signal }: CallOptions): Promise<void> {
    const { callTimeoutMs, destroyed } = this.#options
    const message = { channel, text, sizeBytes: Buffer.byteLength(text), published: Promise.withResolvers<void>() }
    this.#add(message)
    const limitError = (): AppError =>
      this.#waiting.has(message)
        ? busDisconnected(callTimeoutMs)
        : outcomeUnknown(new Error(`no answer within ${callTimeoutMs} ms`))
    const limits = { limitMs: callTimeoutMs, signals: [signal, destroyed], limitError }
    try {
      const published = settleWithin(message.published.promise, limits)
      if (!this.#isSending) void this.#sendAll() // it never rejects; every message has its own outcome
      await published
    } finally {
      this.#take(message)
    }
  }

  #add(message: Outgoing): void {
    const { messageLimit, heldLimitBytes } = this.#options
    if (this.#waiting.size >= messageLimit || this.#heldBytes + message.sizeBytes > heldLimitBytes) {
      throw queueFull({ messageLimit, heldLimitBytes })
    }
    this.#waiting.add(message)
    this.#heldBytes += message.sizeBytes
  }

  #take(message: Outgoing): void {
    if (this.#waiting.delete(message)) this.#heldBytes -= message.sizeBytes
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    try {
      while (this.#waiting.size > 0) {
        const session = await this.#link.connected()
        const batch = this.#takeBatch()
        const outcomes = session.publish(batch)
        await Promise.all(batch.map((message, index) => settle(message, outcomes[index])))
      }
    } catch (cause) {
      // The link was closed: nobody will send the rest.
      for (const message of this.#waiting) message.published.reject(cause)
    } finally {
      this.#isSending = false
    }
  }

  #takeBatch(): readonly Outgoing[] {
    const batch: Outgoing[] = []
    let sizeBytes = 0
    for (const message of this.#waiting) {
      sizeBytes += message.sizeBytes
      if (batch.length >= BATCH.messageLimit || (batch.length > 0 && sizeBytes > BATCH.limitBytes)) break
      this.#take(message)
      batch.push(message)
    }
    return batch
  }
}

async function settle({ published }: Outgoing, outcome: Promise<void> | undefined): Promise<void> {
  try {
    await outcome
    published.resolve()
  } catch (cause) {
    published.reject(callFailure(cause))
  }
}
