import type { Waiting } from '@portolan/errors'

/** What travels: everything that JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** Why a subscriber may have missed messages. */
const GAP_REASONS = ['connection-lost', 'overflow', 'message-lost'] as const
export type GapReason = (typeof GAP_REASONS)[number]

export interface Gap {
  readonly channel: string
  readonly reason: GapReason
}

export interface Delivery extends Waiting {
  readonly channel: string
}

/**
 * Gets one message at a time, in order; the next one waits until it has resolved. What it throws is logged, and the
 * message is not repeated. Its signal fires when the bus or the subscription is destroyed.
 */
export type MessageHandler = (message: JsonValue, delivery: Delivery) => void | Promise<void>

/**
 * Told that messages may be missing before this point: look at the truth again. Comes in order with the messages,
 * never together with the handler, and once the channel is being listened to again. When it throws it is called again
 * after growing delays, since the gap is still open.
 */
export type GapHandler = (gap: Gap, waiting: Waiting) => void | Promise<void>

/** Every call of a bus ends within its `callTimeoutMs`; a signal may end it earlier. */
export type CallOptions = Partial<Waiting>

export interface SubscribeOptions extends CallOptions {
  readonly onGap: GapHandler
}

/** No handler is called any more once `close` has resolved. A handler must not await the close of its own. */
export interface Subscription extends AsyncDisposable {
  readonly channel: string
  close(waiting: Waiting): Promise<void>
}

export interface EnterOptions extends CallOptions {
  /** 1 ms to one day. Enter again before it is over: a third of it is a good pace. */
  readonly ttlMs: number
}

/**
 * Who is where, for a while. Time is the store's. Lost when the store crashes, so an empty room may be one of whose
 * members none has entered again yet.
 */
export interface Presence {
  /** Also prolongs. One person in two tabs is two members: put the connection into the name. */
  enter(room: string, member: string, options: EnterOptions): Promise<void>
  /** Idempotent. */
  leave(room: string, member: string, options?: CallOptions): Promise<void>
  /** Sorted by UTF-16 code units; without those whose time is over. */
  list(room: string, options?: CallOptions): Promise<readonly string[]>
}

export interface CountOptions extends CallOptions {
  /** 1 ms to 31 days. */
  readonly windowMs: number
  /** 1 to 1,000 passes. */
  readonly limit: number
}

export interface Count {
  /** Passes within the window that ends now, this one included when it passed. */
  readonly count: number
  /** True: this call did not pass, and was not counted. */
  readonly isOver: boolean
  /** When a call can pass again: 0 unless over, else 1 to `windowMs`. */
  readonly retryAfterMs: number
}

/**
 * Sliding windows: in no span of `windowMs`, wherever it begins, do more than `limit` calls of one key pass. Exact
 * across processes; time is the store's. Calls that did not pass prolong nothing. A key belongs to one
 * window and limit. Lost when the store crashes.
 */
export interface Counters {
  count(key: string, options: CountOptions): Promise<Count>
  /** Forgets the passes of a key, such as the failed sign-ins of someone who has signed in. Idempotent. */
  reset(key: string, options?: CallOptions): Promise<void>
}

/**
 * Between the processes of a stack. Messages are hints, not records: each is delivered at most once to those who are
 * subscribed at that moment, those of one publisher on one channel in their order, and `onGap` says where some may be
 * missing.
 *
 * All calls throw BUS_DISCONNECTED (nothing was sent), BUS_OUTCOME_UNKNOWN (sent, no answer), BUS_STORE_REFUSED,
 * BUS_QUEUE_FULL, BUS_CLOSED and BUS_NAME_INVALID, within `callTimeoutMs`.
 */
export interface Bus extends AsyncDisposable {
  readonly presence: Presence
  readonly counters: Counters
  /** False from the moment a loss is noticed until every subscription is there again: trust no cache meanwhile. */
  readonly isConnected: boolean
  /**
   * Resolves when the store has taken the message. While disconnected it waits, within bounds, for the connection.
   * @throws BUS_MESSAGE_INVALID, BUS_MESSAGE_TOO_LARGE above MESSAGE_LIMIT_BYTES
   */
  publish(channel: string, message: JsonValue, options?: CallOptions): Promise<void>
  /** Resolves when the store listens: what is published from then on is delivered, or `onGap` is called. */
  subscribe(channel: string, handler: MessageHandler, options: SubscribeOptions): Promise<Subscription>
  /** Lets calls and handlers under way end; messages that no handler has begun are dropped. */
  close(waiting: Waiting): Promise<void>
  destroy(cause: unknown): Promise<void>
}

/** What the bus needs of a logger; pino's fits. */
export interface BusLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}
