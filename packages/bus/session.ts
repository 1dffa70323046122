import type { Waiting } from '@portolan/errors'
import type { Count, CountOptions } from './bus.ts'

export interface OutgoingMessage {
  readonly channel: string
  readonly text: string
}

/** A message that arrived. Its text may still lie in the store, so that a slow reader costs no memory here. */
export interface IncomingMessage {
  readonly channel: string
  /** What it takes in memory until it is read. */
  readonly heldBytes: number
  /** @returns undefined when the store has thrown it away already */
  readText(): Promise<string | undefined> | string
}

/** Whoever a session tells what arrives; never throws. */
export interface Receiver {
  receive(message: IncomingMessage): void
  /** Something arrived that cannot be told apart, so anyone may have missed it. */
  receiveUnreadable(reason: string): void
}

/**
 * One connected stretch with a store, from login to loss: what differs between PostgreSQL and Redis, and all of it.
 * A call that the store answers with an error rejects with BUS_STORE_REFUSED, and with anything else when there was
 * no answer. Calls are sent in the order they are made.
 */
export interface Session {
  /** Resolves, never rejects, when the connection has ended, for whatever reason. */
  readonly lost: Promise<Error>
  /** Idempotent; resolves when the store has confirmed. */
  listen(channels: readonly string[]): Promise<void>
  unlisten(channel: string): Promise<void>
  /** One promise for each message. */
  publish(messages: readonly OutgoingMessage[]): readonly Promise<void>[]
  enter(room: string, member: string, ttlMs: number): Promise<void>
  leave(room: string, member: string): Promise<void>
  list(room: string): Promise<readonly string[]>
  count(key: string, limits: Pick<CountOptions, 'windowMs' | 'limit'>): Promise<Count>
  reset(key: string): Promise<void>
  /** Any answer will do. */
  check(): Promise<void>
  /** Ends the connection at once: what is under way rejects. */
  cut(cause: Error): void
  /** Says goodbye; cuts when the signal fires. */
  close(waiting: Waiting): Promise<void>
}

export type OpenSession = (receiver: Receiver, waiting: Waiting) => Promise<Session>

/** A signal's reason may be anything; what a connection ends with is an Error. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
