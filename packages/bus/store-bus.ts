import type { AppError, Waiting } from '@portolan/errors'
import type * as bus from './bus.ts'
import { busClosed, busDisconnected, callFailure, messageLost, outcomeUnknown, queueFull } from './errors.ts'
import { Link } from './link.ts'
import { Mailbox } from './mailbox.ts'
import { formatMessage } from './message.ts'
import { checkName, checkOption } from './name.ts'
import { Outbox } from './outbox.ts'
import { asError, type IncomingMessage, type OpenSession, type Receiver, type Session } from './session.ts'
import { settleWithin } from './settle-within.ts'

export interface StoreBusSettings {
  readonly logger: bus.BusLogger
  readonly callTimeoutMs: number
  readonly heartbeatMs: number
  readonly queueLimit: number
  readonly mailboxLimit: number
}

/** What waits in one mailbox, or to be sent, holds no more than that. */
const HELD_LIMIT_BYTES = 16_777_216
const CLOSE_GRACE_MS = 5_000
const DAY_MS = 86_400_000
const LIMITS = { ttlMs: DAY_MS, windowMs: 31 * DAY_MS, limit: 1_000 } as const

/** A bus on whatever store `open` leads to. */
export class StoreBus implements bus.Bus, Receiver {
  readonly presence: bus.Presence
  readonly counters: bus.Counters
  readonly #settings: StoreBusSettings
  readonly #mailboxesByChannel = new Map<string, Set<Mailbox>>()
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #destroyed = new AbortController()
  #connection: { readonly link: Link; readonly outbox: Outbox } | undefined
  #isOpen = true
  #closing: Promise<void> | undefined
  #destroying: Promise<void> | undefined

  constructor(settings: StoreBusSettings) {
    this.#settings = settings
    this.presence = this.#makePresence()
    this.counters = this.#makeCounters()
  }

  /** Once; before it nothing else works. */
  async start(open: OpenSession, { signal }: Waiting): Promise<void> {
    const { logger, heartbeatMs, callTimeoutMs, queueLimit: messageLimit } = this.#settings
    const first = await open(this, { signal })
    const link = new Link(first, {
      logger,
      heartbeatMs,
      answerTimeoutMs: callTimeoutMs,
      open: (waiting) => open(this, waiting),
      prepare: (session) => session.listen([...this.#mailboxesByChannel.keys()]),
      onRestored: () => this.#tellAll('connection-lost'),
    })
    const { signal: destroyed } = this.#destroyed
    const outbox = new Outbox(link, { messageLimit, heldLimitBytes: HELD_LIMIT_BYTES, callTimeoutMs, destroyed })
    this.#connection = { link, outbox }
  }

  get isConnected(): boolean {
    return this.#isOpen && this.#connection?.link.session !== undefined
  }

  async publish(channel: string, message: bus.JsonValue, options: bus.CallOptions = {}): Promise<void> {
    checkName('channel', channel)
    const text = formatMessage(channel, message)
    const { outbox } = this.#open()
    await this.#keep(outbox.send({ channel, text }, options))
  }

  async subscribe(
    channel: string,
    handler: bus.MessageHandler,
    { onGap, signal }: bus.SubscribeOptions,
  ): Promise<bus.Subscription> {
    checkName('channel', channel)
    this.#open()
    const mailbox = this.#addMailbox({ channel, handler, onGap })
    try {
      await this.#call((session) => session.listen([channel]), signal === undefined ? {} : { signal })
    } catch (cause) {
      this.#removeMailbox(mailbox)
      mailbox.destroy(cause)
      throw cause
    }
    const close = (waiting: Waiting): Promise<void> => {
      this.#removeMailbox(mailbox)
      return mailbox.close(waiting)
    }
    return { channel, close, [Symbol.asyncDispose]: () => close({ signal: AbortSignal.timeout(CLOSE_GRACE_MS) }) }
  }

  receive(message: IncomingMessage): void {
    for (const mailbox of this.#mailboxesByChannel.get(message.channel) ?? []) mailbox.put(message)
  }

  receiveUnreadable(reason: string): void {
    this.#report(messageLost('?', reason))
    this.#tellAll('message-lost')
  }

  close({ signal }: Waiting): Promise<void> {
    this.#closing ??= this.#closeWithin(signal)
    return this.#closing
  }

  destroy(cause: unknown): Promise<void> {
    this.#destroying ??= this.#destroyNow(asError(cause))
    return this.#destroying
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(CLOSE_GRACE_MS) })
  }

  async #closeWithin(signal: AbortSignal): Promise<void> {
    this.#isOpen = false
    const cut = (): void => {
      void this.destroy(signal.reason) // awaited below
    }
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) cut()
    await Promise.allSettled(this.#underWay)
    await Promise.all(this.#listMailboxes().map((mailbox) => mailbox.close({ signal })))
    await this.#connection?.link.close({ signal })
    await this.#destroying
    signal.removeEventListener('abort', cut)
    this.#mailboxesByChannel.clear()
  }

  async #destroyNow(cause: Error): Promise<void> {
    this.#isOpen = false
    this.#destroyed.abort(cause)
    for (const mailbox of this.#listMailboxes()) mailbox.destroy(cause)
    await this.#connection?.link.destroy(cause)
  }

  #open(): { readonly link: Link; readonly outbox: Outbox } {
    if (!this.#isOpen || this.#connection === undefined) throw busClosed()
    return this.#connection
  }

  /** Until it has settled, `close` waits for it. */
  #keep<Result>(promise: Promise<Result>): Promise<Result> {
    const forget = (): unknown => this.#underWay.delete(settled)
    const settled = promise.then(forget, forget)
    this.#underWay.add(settled)
    return promise
  }

  async #call<Result>(work: (session: Session) => Promise<Result>, { signal }: bus.CallOptions): Promise<Result> {
    const { link } = this.#open()
    const { callTimeoutMs, queueLimit } = this.#settings
    if (this.#underWay.size >= 2 * queueLimit) throw queueFull({ callLimit: 2 * queueLimit })
    const call = new Call(work)
    const limits = {
      limitMs: callTimeoutMs,
      signals: [signal, this.#destroyed.signal],
      limitError: () => call.lateError(callTimeoutMs),
    }
    return this.#keep(settleWithin(call.run(link), limits).finally(() => call.giveUp()))
  }

  #makePresence(): bus.Presence {
    return {
      enter: async (room, member, { ttlMs, ...options }) => {
        checkName('room', room)
        checkName('member', member)
        checkOption('ttlMs', ttlMs, LIMITS.ttlMs)
        await this.#call((session) => session.enter(room, member, ttlMs), options)
      },
      leave: async (room, member, options = {}) => {
        checkName('room', room)
        checkName('member', member)
        await this.#call((session) => session.leave(room, member), options)
      },
      list: async (room, options = {}) => {
        checkName('room', room)
        return (await this.#call((session) => session.list(room), options)).toSorted()
      },
    }
  }

  #makeCounters(): bus.Counters {
    return {
      count: async (key, { windowMs, limit, ...options }) => {
        checkName('key', key)
        checkOption('windowMs', windowMs, LIMITS.windowMs)
        checkOption('limit', limit, LIMITS.limit)
        const count = await this.#call((session) => session.count(key, { windowMs, limit }), options)
        // The store's clock may have been set back between two calls.
        const retryAfterMs = count.isOver ? Math.min(windowMs, Math.max(1, count.retryAfterMs)) : 0
        return { ...count, retryAfterMs }
      },
      reset: async (key, options = {}) => {
        checkName('key', key)
        await this.#call((session) => session.reset(key), options)
      },
    }
  }

  #addMailbox(subscriber: Pick<Mailbox, 'channel'> & { handler: bus.MessageHandler; onGap: bus.GapHandler }): Mailbox {
    const mailbox = new Mailbox({
      ...subscriber,
      messageLimit: this.#settings.mailboxLimit,
      heldLimitBytes: HELD_LIMIT_BYTES,
      report: (error) => this.#report(error),
    })
    const mailboxes = this.#mailboxesByChannel.get(mailbox.channel) ?? new Set<Mailbox>()
    this.#mailboxesByChannel.set(mailbox.channel, mailboxes.add(mailbox))
    return mailbox
  }

  #removeMailbox(mailbox: Mailbox): void {
    const { channel } = mailbox
    const mailboxes = this.#mailboxesByChannel.get(channel)
    if (mailboxes?.delete(mailbox) !== true || mailboxes.size > 0) return
    this.#mailboxesByChannel.delete(channel)
    // Nobody waits for it: when it fails, what still arrives finds no mailbox, and the next session does not listen.
    this.#connection?.link.session?.unlisten(channel).catch(() => undefined)
  }

  #listMailboxes(): readonly Mailbox[] {
    return [...this.#mailboxesByChannel.values()].flatMap((mailboxes) => [...mailboxes])
  }

  #tellAll(reason: bus.GapReason): void {
    for (const mailbox of this.#listMailboxes()) mailbox.putGap(reason)
  }

  #report(error: AppError): void {
    this.#settings.logger.warn({ err: error, code: error.code }, error.message)
  }
}

/** One question to the store: it waits for a session, and knows whether it was sent. */
class Call<Result> {
  readonly #work: (session: Session) => Promise<Result>
  #state: 'waiting' | 'sent' | 'given-up' = 'waiting'

  constructor(work: (session: Session) => Promise<Result>) {
    this.#work = work
  }

  async run(link: Link): Promise<Result> {
    const session = await link.connected()
    if (this.#state === 'given-up') throw busClosed() // nobody listens any more
    this.#state = 'sent'
    try {
      return await this.#work(session)
    } catch (cause) {
      throw callFailure(cause)
    }
  }

  lateError(limitMs: number): AppError {
    if (this.#state === 'waiting') return busDisconnected(limitMs)
    return outcomeUnknown(new Error(`no answer within ${limitMs} ms`))
  }

  giveUp(): void {
    this.#state = 'given-up'
  }
}
